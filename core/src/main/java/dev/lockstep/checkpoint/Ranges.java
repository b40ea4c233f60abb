package dev.lockstep.checkpoint;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** A set of numbers as a text: {@code 0-6,9}. A million segments that are done take a few bytes. */
final class Ranges {
    private Ranges() {}

    static String write(BitSet numbers) {
        List<String> ranges = new ArrayList<>();
        for (int from = numbers.nextSetBit(0); from >= 0; ) {
            int end = numbers.nextClearBit(from);
            ranges.add(end == from + 1 ? "" + from : from + "-" + (end - 1));
            from = numbers.nextSetBit(end);
        }
        return String.join(",", ranges);
    }

    static BitSet read(String text) {
        BitSet numbers = new BitSet();
        for (String range : text.split(",")) {
            if (!range.isEmpty()) {
                int dash = range.indexOf('-');
                int from = Integer.parseInt(dash < 0 ? range : range.substring(0, dash));
                numbers.set(from, (dash < 0 ? from : Integer.parseInt(range.substring(dash + 1))) + 1);
            }
        }
        return numbers;
    }
}
