package dev.lockstep.objects;

import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * Goes through pages one after the other, holding one. A page may be empty and not the last. Used by one thread.
 *
 * @param <E> what is listed
 * @param <P> a page of it
 * @param <M> where a page ended
 */
final class Listing<E, P, M> implements Iterator<E> {
    /** Asks for the page after the mark, for the first one without. */
    @FunctionalInterface
    interface Pages<P, M> {
        P after(@Nullable M mark);
    }

    /** The mark of a page; null where it is the last. */
    @FunctionalInterface
    interface Next<P, M> {
        @Nullable
        M of(P page);
    }

    private final Pages<P, M> pages;
    private final Function<P, List<E>> content;
    private final Next<P, M> next;
    private Iterator<E> entries = Collections.emptyIterator();
    private @Nullable M mark;
    private boolean last;

    private Listing(Pages<P, M> pages, Function<P, List<E>> content, Next<P, M> next) {
        this.pages = pages;
        this.content = content;
        this.next = next;
    }

    static <E, P, M> Stream<E> of(Pages<P, M> pages, Function<P, List<E>> content, Next<P, M> next) {
        int traits = Spliterator.ORDERED | Spliterator.NONNULL;
        Iterator<E> listing = new Listing<>(pages, content, next);
        return StreamSupport.stream(Spliterators.spliteratorUnknownSize(listing, traits), false);
    }

    @Override
    public boolean hasNext() {
        while (!entries.hasNext() && !last) {
            P page = pages.after(mark);
            entries = content.apply(page).iterator();
            mark = next.of(page);
            last = mark == null;
        }
        return entries.hasNext();
    }

    @Override
    public E next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        return entries.next();
    }
}
