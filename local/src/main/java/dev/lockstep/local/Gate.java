package dev.lockstep.local;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Admits calls to a {@link FaultProxy} by their signature: only those that one user or role signed, with keys of {@link LocalSts} that are
 * still good. Thread-safe.
 */
public final class Gate {
    private final Keys keys;
    private final Set<String> arns;
    private final Set<String> admitted = ConcurrentHashMap.newKeySet();
    private final Map<String, LongAdder> refused = new ConcurrentHashMap<>();

    Gate(Keys keys, Set<String> arns) {
        this.keys = keys;
        this.arns = Set.copyOf(arns);
    }

    /** The access keys that calls came through with. */
    public Set<String> admitted() {
        return new TreeSet<>(admitted);
    }

    /** How many calls were refused with this error, for example {@code ExpiredTokenException}. */
    public long refused(String type) {
        LongAdder count = refused.get(type);
        return count == null ? 0 : count.sum();
    }

    @Nullable
    Refusal refusal(Request request) {
        Refusal refusal = judged(request);
        if (refusal != null) {
            refused.computeIfAbsent(refusal.type(), type -> new LongAdder()).increment();
        }
        return refusal;
    }

    private @Nullable Refusal judged(Request request) {
        String service = request.isS3() ? "s3" : "dynamodb";
        Keys.Checked checked = keys.check(request, service);
        Principal principal = checked.principal();
        if (principal == null) {
            return checked.refusal();
        }
        if (!arns.contains(principal.arn())) {
            return new Refusal(
                    400,
                    "AccessDeniedException",
                    "User: " + principal.arn() + " is not authorized to perform: " + service + ":" + request.api());
        }
        admitted.add(principal.key());
        return null;
    }
}
