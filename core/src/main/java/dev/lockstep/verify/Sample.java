package dev.lockstep.verify;

import dev.lockstep.InvalidSettingsException;
import dev.lockstep.table.Segment;
import dev.lockstep.verify.DiffResult.Counts;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import java.util.random.RandomGenerator;

/**
 * An estimate for whole tables from some of their segments, chosen at random.
 *
 * @param segments how many segments were read
 * @param totalSegments how many the tables were divided into
 * @param estimates by replica and by {@code missing}, {@code different}, {@code extra}
 */
public record Sample(int segments, int totalSegments, Map<String, Map<String, Estimate>> estimates) {
    /** Enough segments for the interval to mean something. */
    private static final int MIN_SEGMENTS = 30;

    /** A count for the whole table with the bounds of its 95 % interval. */
    public record Estimate(double count, double low, double high) {}

    /**
     * @param fraction the part of the tables to read, above 0 and at most 1
     * @return distinct random segments, at least 30 of them
     */
    static List<Segment> choose(double fraction, RandomGenerator random) {
        if (!(fraction > 0 && fraction <= 1)) {
            throw new InvalidSettingsException(
                    "check", "sample", "it must be above 0 % and at most 100 %", "For example --sample 1%");
        }
        int total = (int) Math.min(Segment.MAX_TOTAL, Math.ceil(MIN_SEGMENTS / fraction));
        int wanted = (int) Math.max(1, Math.round(total * fraction));
        return random.ints(0, total)
                .distinct()
                .limit(wanted)
                .sorted()
                .mapToObj(i -> new Segment(i, total))
                .toList();
    }

    static Map<String, Estimate> estimate(List<Counts> segments, int total) {
        Map<String, Estimate> estimates = new LinkedHashMap<>();
        estimates.put("missing", estimate(segments, total, Counts::missing));
        estimates.put("different", estimate(segments, total, Counts::different));
        estimates.put("extra", estimate(segments, total, Counts::extra));
        return estimates;
    }

    /**
     * The mean over the segments read, times all segments; the interval from their spread by Student's t, with the
     * correction for a finite population. Where nothing at all was found the upper bound is the rule of three.
     */
    private static Estimate estimate(List<Counts> segments, int total, ToLongFunction<Counts> count) {
        int n = segments.size();
        double mean = segments.stream().mapToLong(count).average().orElse(0);
        double scale = total;
        if (mean == 0) {
            return new Estimate(0, 0, n == total ? 0 : 3 * scale / n);
        }
        double squares = segments.stream()
                .mapToDouble(s -> Math.pow(count.applyAsLong(s) - mean, 2))
                .sum();
        double unread = 1 - (double) n / total;
        double error = n < 2 ? mean : Math.sqrt(squares / (n - 1) / n * unread);
        double reach = studentT(n - 1) * error;
        double found = segments.stream().mapToLong(count).sum();
        return new Estimate(mean * scale, Math.max(found, (mean - reach) * scale), (mean + reach) * scale);
    }

    /** The 97.5 % quantile of Student's t; by the Cornish-Fisher expansion, right to 1 % from 3 degrees on. */
    static double studentT(int degrees) {
        double z = 1.959964;
        double d = Math.max(1, degrees);
        double z3 = z * z * z;
        return z + (z3 + z) / (4 * d) + (5 * z3 * z * z + 16 * z3 + 3 * z) / (96 * d * d);
    }
}
