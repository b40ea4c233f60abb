package dev.lockstep.objects;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.objects.ObjectStore.Entry;
import dev.lockstep.objects.ObjectStore.Options;
import dev.lockstep.objects.ObjectStore.Page;
import dev.lockstep.objects.ObjectStore.StoredObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What every store must do. */
@Timeout(60)
abstract class ObjectStoreContract {
    private ObjectStore objects;

    /** An empty store whose calls are made again where they fail. */
    abstract ObjectStore create();

    @BeforeEach
    void open() {
        objects = create();
    }

    private boolean put(String key, String text) {
        return objects.put(key, text.getBytes(UTF_8), Options.REPLACE);
    }

    private String text(String key) {
        return new String(objects.get(key).orElseThrow().content(), UTF_8);
    }

    @Test
    void whatIsPutIsGot() {
        byte[] content = new byte[300_000];
        new Random(1).nextBytes(content);
        Options options = Options.REPLACE.ofType("application/json").with(Map.of("written-by", "a test"));
        assertThat(objects.put("a/b/c", content, options)).isTrue();
        StoredObject found = objects.get("a/b/c").orElseThrow();
        assertThat(found.content()).isEqualTo(content);
        assertThat(found.etag()).isEqualTo(Digest.MD5.hexOf(content));
        assertThat(found.metadata()).containsEntry("written-by", "a test");
        assertThat(found.lastModified())
                .isAfter(Instant.EPOCH)
                .isBefore(Instant.now().plusSeconds(60));
    }

    @Test
    void anEmptyObjectIsAnObject() {
        put("empty", "");
        assertThat(text("empty")).isEmpty();
    }

    @Test
    void thereIsNothingWhereNothingWasPut() {
        put("a/b", "text");
        assertThat(objects.get("a")).isEmpty();
        assertThat(objects.get("a/b/c")).isEmpty();
        assertThat(objects.list("x")).isEmpty();
    }

    @Test
    void aPutReplacesWhatIsThere() {
        put("key", "one");
        Instant before = objects.get("key").orElseThrow().lastModified();
        assertThat(put("key", "two")).isTrue();
        assertThat(text("key")).isEqualTo("two");
        assertThat(objects.get("key").orElseThrow().lastModified()).isAfterOrEqualTo(before);
    }

    @Test
    void aPutIfAbsentLeavesWhatIsThere() {
        assertThat(objects.put("lock", "mine".getBytes(UTF_8), Options.IF_ABSENT))
                .isTrue();
        assertThat(objects.put("lock", "yours".getBytes(UTF_8), Options.IF_ABSENT))
                .isFalse();
        assertThat(text("lock")).isEqualTo("mine");
        objects.delete("lock");
        assertThat(objects.put("lock", "yours".getBytes(UTF_8), Options.IF_ABSENT))
                .isTrue();
    }

    @Test
    void ofManyWritersAtOnceOneWins() throws Exception {
        int writers = 8;
        ExecutorService threads = Executors.newFixedThreadPool(writers);
        try {
            CyclicBarrier start = new CyclicBarrier(writers);
            List<Callable<Boolean>> puts = IntStream.range(0, writers)
                    .mapToObj(i -> (Callable<Boolean>) () -> {
                        start.await();
                        return objects.put("lock", ("writer " + i).getBytes(UTF_8), Options.IF_ABSENT);
                    })
                    .toList();
            List<Boolean> won = new ArrayList<>();
            for (Future<Boolean> put : threads.invokeAll(puts)) {
                won.add(put.get());
            }
            assertThat(won).containsOnlyOnce(true);
            assertThat(text("lock")).isEqualTo("writer " + won.indexOf(true));
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void whatIsDeletedIsGoneAndDeletingAgainIsFine() {
        put("key", "text");
        objects.delete("key");
        assertThat(objects.get("key")).isEmpty();
        assertThat(objects.list("")).isEmpty();
        objects.delete("key");
        objects.delete("never/there");
    }

    @Test
    void aListingHasTheKeysOfThePrefixInOrder() {
        List<String> keys = IntStream.range(0, 10).mapToObj(i -> "folder/" + i).toList();
        List.of(7, 2, 9, 0, 1, 3, 8, 4, 6, 5).forEach(i -> put("folder/" + i, "x".repeat(i)));
        put("folder-2/0", "other");
        put("folde", "other");
        assertThat(objects.list("folder/").map(Entry::key)).containsExactlyElementsOf(keys);
        assertThat(objects.list("folder/").map(Entry::size)).containsExactly(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L);
        assertThat(objects.list("folder/").map(Entry::etag).skip(3).findFirst())
                .hasValue(Digest.MD5.hexOf("xxx".getBytes(UTF_8)));
        assertThat(objects.list("")).hasSize(12);
    }

    @Test
    void aListingBeginsAfterAKeyWhetherThatIsThereOrNot() {
        IntStream.range(0, 9).forEach(i -> put("k/" + i, "text"));
        assertThat(objects.list("k/", "k/4").map(Entry::key)).containsExactly("k/5", "k/6", "k/7", "k/8");
        assertThat(objects.list("k/", "k/4x").map(Entry::key)).containsExactly("k/5", "k/6", "k/7", "k/8");
        assertThat(objects.list("k/", "k/8")).isEmpty();
        assertThat(objects.list("k/", "j")).hasSize(9);
        Page page = objects.page("k/", "k/6", null);
        assertThat(page.entries()).extracting(Entry::key).startsWith("k/7");
    }

    @Test
    void aPageSaysWhetherThereAreMore() {
        IntStream.range(0, 4).forEach(i -> put("k" + i, "text"));
        List<Entry> all = new ArrayList<>();
        Page page = objects.page("k", "", null);
        all.addAll(page.entries());
        while (page.next() != null) {
            page = objects.page("k", "", page.next());
            all.addAll(page.entries());
        }
        assertThat(all).extracting(Entry::key).containsExactly("k0", "k1", "k2", "k3");
    }

    @Test
    void unusualCharactersInKeysAreKept() {
        String key = "a b/c+d=e&f%20?g#h'(i)*~$@!,;:/j";
        put(key, "text");
        assertThat(text(key)).isEqualTo("text");
        assertThat(objects.list("a b/").map(Entry::key)).containsExactly(key);
    }
}
