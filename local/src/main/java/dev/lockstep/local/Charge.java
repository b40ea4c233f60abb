package dev.lockstep.local;

/**
 * What one call cost one table.
 *
 * @param measured units by our measure; {@link Budget} takes a batch write's before it is sent
 * @param units units in all, where the upstream knew more (the size of an old item)
 */
record Charge(String table, Kind kind, double measured, double units) {
    /** Reads and writes are counted and limited apart. */
    enum Kind {
        READ,
        WRITE
    }

    static Charge read(String table, double units) {
        return new Charge(Call.tableName(table), Kind.READ, units, units);
    }

    static Charge write(String table, double measured, double claimed) {
        return new Charge(Call.tableName(table), Kind.WRITE, measured, Math.max(measured, claimed));
    }
}
