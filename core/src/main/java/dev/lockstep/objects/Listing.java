package dev.lockstep.objects;

import java.util.Collections;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** Goes through pages one after the other, holding one. A page may be empty and not the last. Used by one thread. */
final class Listing implements Iterator<ObjectStore.Entry> {
    private final ObjectStore objects;
    private final String prefix;
    private ObjectStore.@Nullable Page page;
    private Iterator<ObjectStore.Entry> entries = Collections.emptyIterator();

    Listing(ObjectStore objects, String prefix) {
        this.objects = objects;
        this.prefix = prefix;
    }

    @Override
    public boolean hasNext() {
        while (!entries.hasNext() && (page == null || page.next() != null)) {
            page = objects.page(prefix, page == null ? null : page.next());
            entries = page.entries().iterator();
        }
        return entries.hasNext();
    }

    @Override
    public ObjectStore.Entry next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        return entries.next();
    }
}
