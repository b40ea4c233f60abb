package dev.lockstep.local;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The rules of a proxy, in the order they were made. Thread-safe. */
final class Rules {
    private final List<FaultRule> rules = new ArrayList<>();

    synchronized void add(FaultRule rule) {
        rules.add(rule);
    }

    synchronized void clear() {
        rules.clear();
    }

    /** The fault of the first rule that takes this call; rules after it don't count the call. */
    synchronized @Nullable Fault pick(Call call) {
        for (FaultRule rule : rules) {
            if (rule.takes(call)) {
                return rule.fault();
            }
        }
        return null;
    }
}
