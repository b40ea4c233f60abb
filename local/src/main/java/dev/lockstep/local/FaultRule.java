package dev.lockstep.local;

import java.util.Random;
import java.util.function.Predicate;

/**
 * Which calls meet a {@link Fault}. Made by {@link FaultProxy#on}, in force from {@link Builder#inject}. Thread-safe.
 */
public final class FaultRule {
    private final Predicate<Call> wanted;
    private final long skip;
    private final long times;
    private final double probability;
    private final Random random;
    private final Fault fault;
    private long seen;
    private long injected;

    private FaultRule(Builder builder, Fault fault) {
        this.wanted = builder.wanted.and(fault::appliesTo);
        this.skip = builder.skip;
        this.times = builder.times;
        this.probability = builder.probability;
        this.random = new Random(builder.seed);
        this.fault = fault;
    }

    /** How many calls this rule has broken so far. */
    public synchronized long injected() {
        return injected;
    }

    Fault fault() {
        return fault;
    }

    synchronized boolean takes(Call call) {
        if (injected >= times || !wanted.test(call) || seen++ < skip) {
            return false;
        }
        if (probability < 1 && random.nextDouble() >= probability) {
            return false;
        }
        injected++;
        return true;
    }

    /** A rule in the making. Not thread-safe. */
    public static final class Builder {
        private final Rules rules;
        private Predicate<Call> wanted;
        private long skip;
        private long times = Long.MAX_VALUE;
        private double probability = 1;
        private long seed;

        Builder(Rules rules, String api) {
            this.rules = rules;
            this.wanted = call -> api.equals("*") || api.equals(call.api());
        }

        /** Only calls that speak of this table. */
        public Builder table(String name) {
            wanted = wanted.and(call -> call.tables().contains(name));
            return this;
        }

        /** Lets the first {@code calls} that match pass. */
        public Builder skip(long calls) {
            skip = calls;
            return this;
        }

        /** Breaks at most so many calls; without this, every one. */
        public Builder times(long calls) {
            times = calls;
            return this;
        }

        /** Breaks each matching call with this probability (0 to 1), drawn from the seed. */
        public Builder probability(double p, long fromSeed) {
            probability = p;
            seed = fromSeed;
            return this;
        }

        /** Puts the rule in force, behind those already made. */
        public FaultRule inject(Fault fault) {
            FaultRule rule = new FaultRule(this, fault);
            rules.add(rule);
            return rule;
        }
    }
}
