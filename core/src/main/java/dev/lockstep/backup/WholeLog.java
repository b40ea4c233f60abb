package dev.lockstep.backup;

import dev.lockstep.table.TableDocument;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** All files of a change log, to be proved. A table cannot be made of it: that takes a backup and {@link PointInTime}. */
final class WholeLog implements Source {
    private final String name;
    private final List<LoggedStream> streams;

    /** @param streams the oldest first */
    WholeLog(String name, List<LoggedStream> streams) {
        this.name = name;
        this.streams = streams;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String format() {
        return "a change log of "
                + (streams.size() == 1 ? "one stream" : streams.size() + " streams, one after the other");
    }

    @Override
    public Optional<TableDocument> table() {
        return Optional.empty();
    }

    @Override
    public List<Layer> layers() {
        return streams.stream()
                .map(stream -> new Layer(
                        "changes of the stream " + stream.label(),
                        List.copyOf(stream.parts(Instant.EPOCH, Instant.MAX))))
                .toList();
    }

    /** Every gap but that before the log began. A log by Lambda has no lineage that could have one. */
    @Override
    public List<DamagedException> faults() {
        return streams.stream()
                .filter(stream -> !stream.unprovable())
                .flatMap(stream -> stream.gaps(Instant.EPOCH, stream.latest().orElse(Instant.EPOCH)).stream()
                        .filter(gap -> !LineageWalk.isTheBeginning(gap))
                        .map(gap -> new DamagedException(stream.name(), "the change log has a gap: " + gap.text())))
                .toList();
    }
}
