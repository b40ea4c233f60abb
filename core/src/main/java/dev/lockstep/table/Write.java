package dev.lockstep.table;

import org.jspecify.annotations.Nullable;

/** One write of a whole item: put it, or delete it. */
public sealed interface Write {
    Key key();

    /** What the table holds at the key afterwards; null for a delete. */
    @Nullable
    Item after();

    /** The write after which the key holds {@code item}, or nothing where that is null. */
    static Write making(Key key, @Nullable Item item) {
        return item == null ? new Delete(key) : new Put(key, item);
    }

    record Put(Key key, Item item) implements Write {
        @Override
        public Item after() {
            return item;
        }
    }

    record Delete(Key key) implements Write {
        @Override
        public @Nullable Item after() {
            return null;
        }
    }
}
