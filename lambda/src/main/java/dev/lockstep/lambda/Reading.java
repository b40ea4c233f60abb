package dev.lockstep.lambda;

import dev.lockstep.change.Change;
import dev.lockstep.change.ChangeBatch;
import dev.lockstep.change.StreamRecord;
import dev.lockstep.table.Key;
import dev.lockstep.table.MalformedItemException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the records of an event say, in short: the last change of each key. Used by one thread. */
final class Reading {
    /** A record's place in the event, and what it says. */
    private record Arrived(int index, Change change) {}

    /** A record that says nothing. */
    record Unreadable(int index, String reason) {}

    /** What arrived for one key. Read by many threads once all has arrived. */
    static final class Item {
        private final List<Arrived> arrived = new ArrayList<>();
        private volatile @Nullable Change resolved;

        /** The place of the first record: until the item is written, none from here on is done. */
        int first() {
            return arrived.get(0).index();
        }

        Key key() {
            return arrived.get(0).change().key();
        }

        /** What is to be written; not known yet where it is a READ. */
        Change change() {
            Change known = resolved;
            return known == null ? newest(arrived) : known;
        }

        void resolve(dev.lockstep.table.@Nullable Item found) {
            resolved = change().resolved(found);
        }

        /** Whether what is written came from the primary, not from a record. */
        boolean wasRead() {
            return resolved != null;
        }

        private static Change newest(List<Arrived> some) {
            return ChangeBatch.newest(some.stream().map(Arrived::change).toList())
                    .iterator()
                    .next();
        }

        /** The place of the record that a change was made of. */
        int indexOf(Change change) {
            return arrived.stream()
                    .filter(a -> a.change().sequence().equals(change.sequence()))
                    .mapToInt(Arrived::index)
                    .findFirst()
                    .orElseGet(this::first);
        }

        /** The newest change of the records before that place. */
        Optional<Change> newestBefore(int index) {
            List<Arrived> before =
                    arrived.stream().filter(a -> a.index() < index).toList();
            return before.isEmpty() ? Optional.empty() : Optional.of(newest(before));
        }
    }

    private final Map<Key, Item> items = new LinkedHashMap<>();
    private final List<Unreadable> unreadable = new ArrayList<>();
    private int leftOut;
    private long oldestMillis = Long.MAX_VALUE;

    /**
     * @param toFirstUnreadable whether to go no further than the first record that cannot be read: what comes after it is
     *     for Lambda to send again
     */
    static Reading of(List<StreamRecord> records, Opened opened, Filter filter, boolean toFirstUnreadable) {
        Reading reading = new Reading();
        for (int i = 0; i < records.size(); i++) {
            try {
                reading.take(i, records.get(i).read(opened.keys()), opened.readThrough(), filter);
            } catch (MalformedItemException e) {
                reading.unreadable.add(new Unreadable(i, e.getMessage()));
            } catch (RuntimeException e) {
                // It will fail the same way each time, which is what unreadable means.
                reading.unreadable.add(
                        new Unreadable(i, "unreadable: " + e.getClass().getSimpleName()));
            }
            if (toFirstUnreadable && !reading.unreadable.isEmpty()) {
                break;
            }
        }
        return reading;
    }

    private void take(int index, Change change, boolean readThrough, Filter filter) {
        if (!filter.takes(change)) {
            leftOut++;
            return;
        }
        oldestMillis = Math.min(oldestMillis, change.createdMillis());
        items.computeIfAbsent(change.key(), key -> new Item())
                .arrived
                .add(new Arrived(index, readThrough ? change.unresolved() : change));
    }

    /** In the order of their first records. */
    Collection<Item> items() {
        return items.values();
    }

    List<Unreadable> unreadable() {
        return unreadable;
    }

    int leftOut() {
        return leftOut;
    }

    /** When the oldest change was made; empty where there is none. */
    Optional<Long> oldestMillis() {
        return items.isEmpty() ? Optional.empty() : Optional.of(oldestMillis);
    }
}
