package dev.lockstep.local.streams;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Failures asked for, used up in the order they were asked. Not thread-safe: the fake guards it. */
final class PlannedFailures {
    private final List<Planned> planned = new ArrayList<>();

    private static final class Planned {
        private final String api;
        private final @Nullable String shard;
        private final Supplier<? extends RuntimeException> failure;
        private int left;

        Planned(String api, @Nullable String shard, int times, Supplier<? extends RuntimeException> failure) {
            this.api = api;
            this.shard = shard;
            this.left = times;
            this.failure = failure;
        }

        boolean meets(String api, @Nullable String shard) {
            return this.api.equals(api) && (this.shard == null || this.shard.equals(shard));
        }
    }

    void plan(String api, @Nullable String shard, int times, Supplier<? extends RuntimeException> failure) {
        if (times > 0) {
            planned.add(new Planned(api, shard, times, failure));
        }
    }

    /** The failure that this call is to end with, if any. */
    @Nullable
    RuntimeException next(String api, @Nullable String shard) {
        for (Iterator<Planned> i = planned.iterator(); i.hasNext(); ) {
            Planned p = i.next();
            if (p.meets(api, shard)) {
                if (--p.left == 0) {
                    i.remove();
                }
                return p.failure.get();
            }
        }
        return null;
    }
}
