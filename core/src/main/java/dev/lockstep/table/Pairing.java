package dev.lockstep.table;

import dev.lockstep.InvalidSettingsException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What must hold of a primary and the tables that follow it, before anything is read or written. */
public final class Pairing {
    private Pairing() {}

    /** @throws InvalidSettingsException where a follower is the primary itself, is named twice, or has another key */
    public static void check(String operation, Table primary, List<? extends Table> followers) {
        if (followers.isEmpty()) {
            throw new InvalidSettingsException(operation, primary.name(), "no other table is named", "");
        }
        Set<String> ids = new HashSet<>();
        for (Table follower : followers) {
            if (identity(follower).equals(identity(primary))) {
                throw new InvalidSettingsException(
                        operation, follower.name(), "it is the same table as " + primary.name(), "Name another table");
            }
            if (!ids.add(identity(follower))) {
                throw new InvalidSettingsException(operation, follower.name(), "it is named twice", "");
            }
            if (!follower.keys().equals(primary.keys())) {
                throw new InvalidSettingsException(
                        operation,
                        follower.name(),
                        "its key is " + follower.keys() + ", that of " + primary.name() + " is " + primary.keys(),
                        "Both tables need the same key schema");
            }
        }
    }

    private static String identity(Table table) {
        return table.server() + " " + table.id();
    }
}
