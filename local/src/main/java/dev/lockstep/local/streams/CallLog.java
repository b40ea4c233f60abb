package dev.lockstep.local.streams;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Every call so far, in order, by the fake's clock. Thread-safe; answers are copies. */
public final class CallLog {
    private final List<Call> calls = new ArrayList<>();

    synchronized void add(Call call) {
        calls.add(call);
    }

    /** All of them. */
    public synchronized List<Call> all() {
        return List.copyOf(calls);
    }

    /** Forgets what was logged until now. */
    public synchronized void clear() {
        calls.clear();
    }

    /** How often an operation was called, errors included. */
    public long count(String api) {
        return all().stream().filter(c -> c.api().equals(api)).count();
    }

    /** How often an operation was called for a shard, errors included. */
    public long count(String api, String shard) {
        return of(api, shard).size();
    }

    /** The most calls for a shard, errors included, in any span of that length (its end excluded). */
    public int mostWithin(Duration span, String api, String shard) {
        return most(of(api, shard), span, List::size);
    }

    /** The most readers that called GetRecords for a shard in any span of that length (its end excluded). */
    public int mostReaders(Duration span, String shard) {
        return most(of("GetRecords", shard), span, window -> readers(window).size());
    }

    private List<Call> of(String api, String shard) {
        return all().stream()
                .filter(c -> c.api().equals(api) && shard.equals(c.shard()))
                .toList();
    }

    private static Set<String> readers(Collection<Call> calls) {
        return calls.stream().map(Call::reader).collect(Collectors.toSet());
    }

    /** Calls are logged in the order of the clock, so a window is a run of them. */
    private static int most(List<Call> calls, Duration span, Function<List<Call>, Integer> measure) {
        int most = 0;
        int from = 0;
        for (int to = 0; to < calls.size(); to++) {
            Instant open = calls.get(to).at().minus(span);
            while (!calls.get(from).at().isAfter(open)) {
                from++;
            }
            most = Math.max(most, measure.apply(calls.subList(from, to + 1)));
        }
        return most;
    }
}
