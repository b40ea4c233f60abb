package dev.lockstep.backup;

import java.util.List;

/**
 * A set of files that say what a table's items were at one time, or what they had become by a later one.
 *
 * @param name for people
 * @param parts files in any order; their states of one item are told apart by {@link ItemState#order}
 */
public record Layer(String name, List<Part> parts) {
    public Layer {
        parts = List.copyOf(parts);
    }
}
