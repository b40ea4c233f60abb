package dev.lockstep.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.LockstepException;
import dev.lockstep.objects.MemoryObjects;
import dev.lockstep.objects.ObjectStore;
import dev.lockstep.objects.ObjectStore.Options;
import dev.lockstep.work.Pool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FolderListerTest {
    /** Objects on a page of the bucket in memory. */
    private static final int PAGE = 3;

    @TempDir
    Path temporary;

    private final MemoryObjects bucket = new MemoryObjects("bucket");
    private final Random random = new Random(3);

    private FolderListing list(ObjectStore objects) {
        try (Pool calls = Pool.of("objects", 16)) {
            return new FolderLister(objects, "f/", temporary).list(calls);
        }
    }

    private void put(String name) {
        bucket.put("f/" + name, new byte[name.length() % 7], Options.REPLACE);
    }

    private SortedSet<String> fill(int count) {
        SortedSet<String> names = new TreeSet<>();
        for (int i = 0; i < count; i++) {
            byte[] hash = new byte[random.nextBoolean() ? 16 : 32];
            random.nextBytes(hash);
            names.add(HexFormat.of().formatHex(hash));
        }
        names.forEach(this::put);
        return names;
    }

    private static List<String> names(FolderListing listing) {
        return LongStream.range(0, listing.count()).mapToObj(listing::name).toList();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 7, 23, 24, 25, 60, 200, 3_000})
    void every_object_is_listed_once_in_order_and_what_is_no_item_is_named(int count) throws Exception {
        SortedSet<String> items = fill(count);
        List<String> others = List.of("!", "0", "0fff~", "1000", "2000.json", "4000", "8000", "Z", "ffff~", "~");
        others.forEach(this::put);
        FolderListing listing = list(bucket);
        assertThat(names(listing)).containsExactlyElementsOf(items);
        assertThat(listing.bytes())
                .isEqualTo(items.stream().mapToInt(n -> n.length() % 7).sum());
        assertThat(items).allMatch(name -> listing.lastModified(name).isPresent());
        assertThat(listing.faults())
                .extracting(f -> f.getMessage().replaceAll(".*f/([^:]*):.*", "$1"))
                .containsExactlyElementsOf(others);
        try (var left = Files.list(temporary)) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void sixteen_stretches_are_listed_at_once_and_end_a_page_late_at_most() {
        AtomicInteger pages = new AtomicInteger();
        CountDownLatch begun = new CountDownLatch(15);
        MemoryObjects counting = new MemoryObjects("bucket") {
            @Override
            public Page page(String prefix, String after, @Nullable String next) {
                pages.incrementAndGet();
                if (!after.isEmpty() && next == null && after.length() == "f/1000".length()) {
                    begun.countDown();
                    awaitAll(begun);
                }
                return super.page(prefix, after, next);
            }
        };
        fill(3_000).forEach(name -> counting.put("f/" + name, new byte[0], Options.REPLACE));
        assertThat(list(counting).count()).isEqualTo(3_000);
        assertThat(begun.getCount()).isZero();
        assertThat(pages.get()).isBetween(3_000 / PAGE, 3_000 / PAGE + 2 * 16);
    }

    private static void awaitAll(CountDownLatch begun) {
        try {
            assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void a_folder_of_one_page_is_listed_by_one_call() {
        AtomicInteger pages = new AtomicInteger();
        MemoryObjects counting = new MemoryObjects("bucket") {
            @Override
            public Page page(String prefix, String after, @Nullable String next) {
                pages.incrementAndGet();
                return super.page(prefix, after, next);
            }
        };
        fill(PAGE - 1).forEach(name -> counting.put("f/" + name, new byte[0], Options.REPLACE));
        assertThat(list(counting).count()).isEqualTo(PAGE - 1);
        assertThat(pages).hasValue(1);
    }

    @Test
    void a_store_that_lists_in_another_order_or_from_the_beginning_again_is_refused() {
        fill(200);
        for (boolean backwards : new boolean[] {true, false}) {
            ObjectStore other = new MemoryObjects("bucket") {
                @Override
                public Page page(String prefix, String after, @Nullable String next) {
                    Page page = bucket.page(prefix, backwards ? after : "", next);
                    List<Entry> entries = new ArrayList<>(page.entries());
                    if (backwards) {
                        Collections.reverse(entries);
                    }
                    return new Page(entries, page.next());
                }
            };
            assertThatThrownBy(() -> list(other))
                    .isInstanceOf(LockstepException.class)
                    .hasMessageContaining("does not list keys in their order");
        }
    }
}
