package dev.lockstep.capacity;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;

/** Threads that always have work, one after the other by a clock of our own, and a service that charges their calls. */
final class PaceSimulation {
    private static final double SECOND = 1e9;

    /** What the service charged, and when. */
    record Charge(long at, double units) {}

    /** Says whether a call of so many units is served, and notes it. */
    static class Service {
        static final Service NEVER_THROTTLES = new Service(Double.POSITIVE_INFINITY, time -> 0);

        private final double rate;
        private final DoubleUnaryOperator others;
        private double tokens;
        private double at;
        private double refused;

        private Service(double rate, DoubleUnaryOperator others) {
            this.rate = rate;
            this.others = others;
            this.tokens = rate;
        }

        /** Refuses so large a part of all calls, whatever they ask for. */
        static Service refusing(double part) {
            SplittableRandom random = new SplittableRandom(3);
            return new Service(1, time -> 0) {
                @Override
                boolean serves(long nanos, double units) {
                    return random.nextDouble() >= part;
                }
            };
        }

        /** A token bucket of one second, from which others take first, at so many units a second. */
        static Service of(double rate, DoubleUnaryOperator others) {
            return new Service(rate, others);
        }

        boolean serves(long nanos, double units) {
            if (rate == Double.POSITIVE_INFINITY) {
                return true;
            }
            double now = nanos / SECOND;
            double wanted = others.applyAsDouble(now) * (now - at);
            tokens = Math.min(rate, tokens + rate * (now - at));
            double given = Math.min(wanted, Math.max(0, tokens));
            refused += wanted - given;
            tokens -= given;
            at = now;
            if (tokens <= 0) {
                return false;
            }
            tokens -= units;
            return true;
        }

        double othersRefused() {
            return refused;
        }
    }

    private enum Step {
        WAKE,
        SERVED,
        ANSWERED
    }

    private record Event(long at, long order, Step step, int thread) {}

    private final SplittableRandom random;
    private final double budget;
    private final int threads;
    private final double typical;
    private final double latency;
    private final Deque<Integer> waiting = new ArrayDeque<>();
    private final PriorityQueue<Event> events =
            new PriorityQueue<>(Comparator.comparingLong(Event::at).thenComparingLong(Event::order));
    private long order;
    private long awake;
    private long now;

    PaceSimulation(long seed, double budget, int threads, double typical, double latency) {
        this.random = new SplittableRandom(seed);
        this.budget = budget;
        this.threads = threads;
        this.typical = typical;
        this.latency = latency;
    }

    static PaceSimulation random(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double budget = Math.pow(10, random.nextDouble(0, 4));
        double typical = budget * random.nextDouble(0.01, 0.5);
        int threads = random.nextInt(8, 33);
        return new PaceSimulation(seed, budget, threads, typical, random.nextDouble(0.001, 0.05));
    }

    double budget() {
        return budget;
    }

    List<Charge> run(Service service, int seconds) {
        Pace pace = new Pace(budget, () -> now);
        List<Charge> charges = new ArrayList<>();
        Pace.Turn[] turns = new Pace.Turn[threads];
        double[] costs = new double[threads];
        boolean[] served = new boolean[threads];
        for (int thread = 0; thread < threads; thread++) {
            costs[thread] = cost();
            waiting.add(thread);
        }
        add(0, Step.WAKE, 0);
        for (Event event = events.remove(); event.at() < seconds * SECOND; event = events.remove()) {
            now = event.at();
            int thread = event.thread();
            if (event.step() == Step.SERVED) {
                served[thread] = service.serves(now, costs[thread]);
                if (served[thread]) {
                    charges.add(new Charge(now, costs[thread]));
                }
                continue;
            }
            if (event.step() == Step.ANSWERED) {
                turns[thread].settle(served[thread] ? costs[thread] : 0);
                if (!served[thread]) {
                    turns[thread].slow(1);
                }
                costs[thread] = cost();
                waiting.add(thread);
            }
            letGo(pace, turns, costs);
        }
        return charges;
    }

    /** The first in the queue goes as soon as it may; a thread that sleeps wakes late. */
    private void letGo(Pace pace, Pace.Turn[] turns, double[] costs) {
        while (!waiting.isEmpty()) {
            int thread = waiting.getFirst();
            double cost = costs[thread];
            Optional<Pace.Turn> turn = pace.turnNow(guess(cost), Math.max(cost, 4 * typical));
            if (turn.isEmpty()) {
                long wake = now + pace.untilNext() + random.nextLong(20_000_000);
                if (awake <= now || wake < awake) {
                    awake = wake;
                    add(wake, Step.WAKE, 0);
                }
                return;
            }
            waiting.removeFirst();
            turns[thread] = turn.get();
            long answer = latency();
            add(now + (long) (answer * random.nextDouble()), Step.SERVED, thread);
            add(now + answer, Step.ANSWERED, thread);
        }
    }

    private void add(long at, Step step, int thread) {
        events.add(new Event(at, order++, step, thread));
    }

    private double cost() {
        return random.nextInt(20) == 0 ? 4 * typical : typical * random.nextDouble(0.1, 1.9);
    }

    /** Often far from the truth. */
    private double guess(double cost) {
        return random.nextInt(3) == 0 ? cost : typical * random.nextDouble(0.01, 2);
    }

    /** Mostly quick; some calls stall, so that what was let go long ago is charged beside what was let go just now. */
    private long latency() {
        double seconds = latency * random.nextDouble(0.2, 1.8);
        return 1 + (long) (SECOND * (random.nextInt(200) == 0 ? 20 * seconds : seconds));
    }

    static double mostInWindow(List<Charge> charges) {
        List<Charge> all = new ArrayList<>(charges);
        all.sort(Comparator.comparingLong(Charge::at));
        double most = 0;
        double sum = 0;
        int first = 0;
        for (Charge charge : all) {
            sum += charge.units();
            while (charge.at() - all.get(first).at() > Pace.WINDOW) {
                sum -= all.get(first++).units();
            }
            most = Math.max(most, sum);
        }
        return most;
    }

    /** Units a second between two times. */
    static double rate(List<Charge> charges, double from, double to) {
        return charges.stream()
                        .filter(c -> c.at() >= from * SECOND && c.at() < to * SECOND)
                        .mapToDouble(Charge::units)
                        .sum()
                / (to - from);
    }

    @Override
    public String toString() {
        return "budget " + budget + ", " + threads + " threads, about " + typical + " units and " + latency
                + " s a call";
    }
}
