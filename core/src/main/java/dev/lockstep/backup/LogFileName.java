package dev.lockstep.backup;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of a file of a change log: {@code <first>-<last>-<after>.jsonl.gz}, its first and last sequence number and the one
 * that precedes the first in its shard, each with leading zeros to 40 digits. So a listing is in order, and shows whether a
 * file is missing: each file comes after one that ends where it begins.
 *
 * <p>All three are padded, and so can be compared as texts.
 *
 * @param after all zeros where the file begins the shard, or the log of it: nothing is known of what precedes
 */
record LogFileName(String first, String last, String after) implements Comparable<LogFileName> {
    private static final int DIGITS = 40;

    /** Comes before every sequence number. */
    static final String NOTHING = "0".repeat(DIGITS);

    private static final String END = ".jsonl.gz";
    private static final Pattern FORM = Pattern.compile("(\\d{40})-(\\d{40})-(\\d{40})\\.jsonl\\.gz");

    /** A sequence number with leading zeros. */
    static String padded(String sequence) {
        return "0".repeat(Math.max(0, DIGITS - sequence.length())) + sequence;
    }

    /** A sequence number as the stream gave it. */
    static String plain(String padded) {
        String digits = padded.replaceFirst("^0+", "");
        return digits.isEmpty() ? "0" : digits;
    }

    static Optional<LogFileName> parse(String key) {
        Matcher m = FORM.matcher(key.substring(key.lastIndexOf('/') + 1));
        return m.matches() && m.group(1).compareTo(m.group(2)) <= 0
                ? Optional.of(new LogFileName(m.group(1), m.group(2), m.group(3)))
                : Optional.empty();
    }

    boolean beginsAnew() {
        return after.equals(NOTHING);
    }

    String text() {
        return first + "-" + last + "-" + after + END;
    }

    @Override
    public int compareTo(LogFileName other) {
        return text().compareTo(other.text());
    }
}
