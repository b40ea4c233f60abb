package dev.lockstep.objects;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lockstep.LockstepException;
import dev.lockstep.objects.ObjectStore.Options;
import dev.lockstep.objects.ObjectStore.Version;
import dev.lockstep.objects.ObjectStore.VersionPage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every store must do with objects of any size, and with versions. */
@Timeout(120)
abstract class ObjectStreamsContract {
    private static final int MANY = 20_000_000;
    private static final int PART = 8 << 20;

    private ObjectStore objects;
    private ObjectStore calm;

    /** An empty store, which keeps versions, and whose calls are made again where they fail. */
    abstract ObjectStore create();

    /** The same bucket without faults: a write that is made again leaves a version more. */
    ObjectStore calm(ObjectStore created) {
        return created;
    }

    @BeforeEach
    void open() {
        objects = create();
        calm = calm(objects);
    }

    private static byte[] random(int size) {
        byte[] content = new byte[size];
        new Random(size).nextBytes(content);
        return content;
    }

    /** In pieces of odd sizes that don't fit the parts. */
    private static void write(ObjectWriter writer, byte[] content) {
        int piece = 1;
        for (int from = 0; from < content.length; from += piece) {
            piece = Math.min(content.length - from, 1 + piece % 4_001);
            writer.write(content, from, piece);
        }
    }

    private static byte[] text(String text) {
        return text.getBytes(UTF_8);
    }

    private String content(String key) {
        return new String(objects.get(key).orElseThrow().content(), UTF_8);
    }

    private void put(String key, String text) {
        calm.put(key, text(text), Options.REPLACE);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 70_000, PART, PART + 1, MANY})
    void whatIsWrittenInSmallPiecesIsReadBack(int size) throws IOException {
        byte[] content = random(size);
        Options options = Options.REPLACE.ofType("text/plain").with(Map.of("written-by", "a test"));
        try (ObjectWriter writer = objects.create("a/large", options)) {
            write(writer, content);
            assertThat(objects.get("a/large")).isEmpty();
            assertThat(writer.commit()).isTrue();
            assertThat(writer.size()).isEqualTo(size);
            try (ObjectReader reader = objects.open("a/large", writer.etag()).orElseThrow()) {
                assertThat(reader.size()).isEqualTo(size);
                assertThat(reader.etag()).isEqualTo(writer.etag());
                assertThat(Arrays.equals(reader.readAllBytes(), content)).isTrue();
                assertThat(reader.read()).isEqualTo(-1);
            }
        }
        assertThat(objects.get("a/large").orElseThrow().metadata()).containsEntry("written-by", "a test");
        assertThat(objects.list("").toList()).hasSize(1).allMatch(e -> e.size() == size);
    }

    @Test
    void aReaderTellsWhatAGetTells() throws IOException {
        put("key", "text");
        try (ObjectReader reader = objects.open("key", null).orElseThrow()) {
            assertThat(reader.etag()).isEqualTo(Digest.MD5.hexOf(text("text")));
            assertThat(reader.lastModified())
                    .isEqualTo(objects.get("key").orElseThrow().lastModified());
            assertThat(reader.read()).isEqualTo('t');
            assertThat(reader.readNBytes(2)).isEqualTo(text("ex"));
        }
        assertThat(objects.open("other", null)).isEmpty();
        assertThat(objects.open("other", "0123")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 9_000_000})
    void whatIsNotCommittedLeavesNothing(int size) {
        ObjectWriter writer = objects.create("key", Options.REPLACE);
        write(writer, random(size));
        writer.close();
        writer.close();
        assertThat(objects.list("")).isEmpty();
        assertThat(objects.versions("")).isEmpty();
        assertThatThrownBy(writer::commit).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> writer.write(1)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(writer::etag).isInstanceOf(IllegalStateException.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 9_000_000})
    void ofTwoWritersOfWhatMustBeAbsentOneWins(int size) {
        try (ObjectWriter mine = objects.create("key", Options.IF_ABSENT);
                ObjectWriter yours = objects.create("key", Options.IF_ABSENT)) {
            write(mine, random(size));
            write(yours, random(size + 1));
            assertThat(yours.commit()).isTrue();
            assertThat(mine.commit()).isFalse();
            assertThatThrownBy(mine::etag).isInstanceOf(IllegalStateException.class);
        }
        assertThat(objects.list("").toList()).hasSize(1).allMatch(e -> e.size() == size + 1);
    }

    @Test
    void aCommitReplacesWhatIsThere() {
        put("key", "old");
        try (ObjectWriter writer = objects.create("key", Options.REPLACE)) {
            writer.write(text("new"));
            assertThat(content("key")).isEqualTo("old");
            assertThat(writer.commit()).isTrue();
        }
        assertThat(content("key")).isEqualTo("new");
    }

    @Test
    void anotherObjectThanTheOneAskedForIsRefused() {
        put("key", "old");
        String old = objects.get("key").orElseThrow().etag();
        put("key", "new");
        LockstepException failure = catchThrowableOfType(LockstepException.class, () -> objects.open("key", old));
        assertThat(failure.getMessage()).startsWith("GetObject " + objects.name() + "/key: it is not the one");
        assertThat(failure.retryable()).isFalse();
    }

    @Test
    void versionsAreListedNewestFirstWithTheirDeleteMarkers() {
        put("a/key", "one");
        calm.delete("a/key");
        put("a/key", "three");
        put("a/key", "four");
        calm.delete("a/key");
        put("a/other", "text");
        put("b", "text");
        List<Version> versions = objects.versions("a/").toList();
        assertThat(versions)
                .extracting(Version::key)
                .containsExactly("a/key", "a/key", "a/key", "a/key", "a/key", "a/other");
        assertThat(versions).extracting(Version::delete).containsExactly(true, false, false, true, false, false);
        assertThat(versions).extracting(Version::latest).containsExactly(true, false, false, false, false, true);
        assertThat(versions).extracting(Version::size).containsExactly(0L, 4L, 5L, 0L, 3L, 4L);
        assertThat(versions.get(4).etag()).isEqualTo(Digest.MD5.hexOf(text("one")));
        assertThat(versions.get(3).etag()).isEmpty();
        assertThat(versions).extracting(Version::versionId).doesNotHaveDuplicates();
        List<Version> ofKey = versions.subList(0, 5);
        assertThat(ofKey).isSortedAccordingTo((v, w) -> w.lastModified().compareTo(v.lastModified()));
    }

    @Test
    void eachVersionIsReadByItsId() {
        put("key", "one");
        put("key", "two");
        calm.delete("key");
        List<Version> versions = objects.versions("key").toList();
        assertThat(objects.get("key", versions.get(0).versionId())).isEmpty();
        assertThat(objects.get("key", versions.get(1).versionId()).orElseThrow().content())
                .isEqualTo(text("two"));
        assertThat(objects.get("key", versions.get(2).versionId()).orElseThrow().content())
                .isEqualTo(text("one"));
        assertThat(objects.get("other", versions.get(2).versionId())).isEmpty();
    }

    @Test
    void aPageOfVersionsSaysWhetherThereAreMore() {
        IntStream.range(0, 4).forEach(i -> put("k", "text " + i));
        put("l", "text");
        List<Version> all = new ArrayList<>();
        VersionPage page = objects.versions("", null);
        all.addAll(page.versions());
        while (page.next() != null) {
            page = objects.versions("", page.next());
            all.addAll(page.versions());
        }
        assertThat(all).isEqualTo(objects.versions("").toList()).hasSize(5);
        assertThat(objects.versions("x")).isEmpty();
    }

    @Test
    void theBucketKeepsVersions() {
        assertThat(objects.keepsVersions()).isTrue();
    }
}
