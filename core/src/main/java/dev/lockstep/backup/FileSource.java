package dev.lockstep.backup;

import dev.lockstep.table.TableDocument;
import java.util.List;
import java.util.Optional;

/** One layer of files. */
record FileSource(
        String name, String format, Optional<TableDocument> table, List<Layer> layers, List<DamagedException> faults)
        implements Source {
    static FileSource of(
            String name,
            String format,
            Optional<TableDocument> table,
            List<? extends Part> parts,
            List<DamagedException> faults) {
        return new FileSource(name, format, table, List.of(new Layer(name, List.copyOf(parts))), List.copyOf(faults));
    }
}
