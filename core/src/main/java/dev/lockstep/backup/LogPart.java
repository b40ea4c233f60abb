package dev.lockstep.backup;

import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;

/** A file of a change log, of which only the records made between two instants count, both seconds included. */
final class LogPart implements Part {
    private final LoggedStream stream;
    private final LoggedStream.File file;
    private final long from;
    private final long to;

    LogPart(LoggedStream stream, LoggedStream.File file, Instant from, Instant to) {
        this.stream = stream;
        this.file = file;
        this.from = from.getEpochSecond();
        this.to = to.getEpochSecond();
    }

    @Override
    public String name() {
        return stream.where(file);
    }

    @Override
    public long bytes() {
        return file.bytes();
    }

    @Override
    public void read(Consumer<ItemState> states) {
        entries(entry -> states.accept(new ItemState(Optional.of(entry.key()), entry.image(), entry.order())));
    }

    /**
     * The records of the window.
     *
     * @throws DamagedException also where one of them can be a record that nobody can read
     */
    void entries(Consumer<LogEntry> entries) {
        Unreadable unreadable = new Unreadable();
        stream.read(file, entry -> {
            unreadable.see(entry);
            if (entry.unreadable().isEmpty() && entry.seconds() >= from && entry.seconds() <= to) {
                entries.accept(entry);
            }
        });
        unreadable.end();
    }

    /** All that can be read. */
    void all(Consumer<LogEntry> entries) {
        stream.read(file, entry -> {
            if (entry.unreadable().isEmpty()) {
                entries.accept(entry);
            }
        });
    }

    /** Such a record has no time: it is as old as its neighbours. */
    private final class Unreadable {
        private long before = Long.MIN_VALUE;
        private Optional<LogEntry> open = Optional.empty();

        void see(LogEntry entry) {
            if (entry.unreadable().isPresent()) {
                open = before > to || open.isPresent() ? open : Optional.of(entry);
            } else {
                if (entry.seconds() >= from) {
                    end();
                }
                open = Optional.empty();
                before = entry.seconds();
            }
        }

        void end() {
            open.ifPresent(entry -> {
                throw new DamagedException(
                        name(),
                        "record " + LogFileName.plain(entry.sequence()) + " was set aside as unreadable ("
                                + entry.unreadable().orElse("") + "): what became of its item is not known");
            });
        }
    }
}
