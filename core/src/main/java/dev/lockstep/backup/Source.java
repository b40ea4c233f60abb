package dev.lockstep.backup;

import dev.lockstep.table.TableDocument;
import java.util.List;
import java.util.Optional;

/** Something that items can be taken from: a backup, an export, a snapshot, a folder of items, a backup with changes. */
public interface Source {
    /** Where it is, for people. */
    String name();

    /** What it is, for people: "a full export to S3 (DYNAMODB_JSON)". */
    String format();

    /** The table as it was described, where a description was kept. */
    Optional<TableDocument> table();

    /**
     * What it is made of: first a whole layer, then what changed later; a state in a later layer wins over one in an
     * earlier.
     */
    List<Layer> layers();

    /** What is wrong with it as a whole, known without reading its files: those missing, those too many. */
    List<DamagedException> faults();

    /** Whether it says itself that it leaves out items of its table, or attributes: what it lacks may well be there. */
    default boolean partial() {
        return false;
    }

    /** Whether it surely has each item once, so that there is nothing to merge. */
    default boolean once() {
        return false;
    }
}
