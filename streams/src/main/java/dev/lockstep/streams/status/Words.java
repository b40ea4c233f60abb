package dev.lockstep.streams.status;

import java.time.Duration;
import java.util.Locale;

/** Figures as people say them. */
final class Words {
    private Words() {}

    /** {@code 420 ms}, {@code 3.4 s}, {@code 12 s}, {@code 3 min 20 s}, {@code 2 h 5 min}, {@code 3 d 4 h}. */
    static String of(Duration time) {
        long seconds = time.toSeconds();
        if (seconds < 1) {
            return time.toMillis() + " ms";
        }
        if (seconds < 10) {
            return String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1000.0);
        }
        if (seconds < 60) {
            return seconds + " s";
        }
        if (seconds < 3600) {
            return two(seconds / 60, "min", seconds % 60, "s");
        }
        if (seconds < 86_400) {
            return two(seconds / 3600, "h", seconds % 3600 / 60, "min");
        }
        return two(seconds / 86_400, "d", seconds % 86_400 / 3600, "h");
    }

    private static String two(long much, String unit, long little, String smaller) {
        return little == 0 ? much + " " + unit : much + " " + unit + " " + little + " " + smaller;
    }

    /** {@code 1 key}, {@code 1,234 keys}. */
    static String of(long count, String one, String many) {
        return count == 1 ? "1 " + one : String.format(Locale.ROOT, "%,d %s", count, many);
    }
}
