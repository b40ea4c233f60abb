package dev.lockstep.objects;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lockstep.LockstepException;
import dev.lockstep.objects.ObjectStore.Entry;
import dev.lockstep.objects.ObjectStore.Options;
import dev.lockstep.objects.ObjectStore.Page;
import dev.lockstep.objects.ObjectStore.StoredObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class FolderObjectsTest {
    @TempDir
    private Path temp;

    private Path folder;
    private FolderObjects objects;

    @BeforeEach
    void create() throws IOException {
        folder = Files.createDirectory(temp.resolve("folder"));
        objects = new FolderObjects(folder);
    }

    private Path write(String key, String text) {
        try {
            Path file = folder.resolve(key);
            Files.createDirectories(file.getParent());
            return Files.writeString(file, text);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static LockstepException failure(ThrowingCallable call) {
        return catchThrowableOfType(LockstepException.class, call);
    }

    @Test
    void filesAreObjects() throws IOException {
        write("a/b.json", "text");
        StoredObject found = objects.get("a/b.json").orElseThrow();
        assertThat(new String(found.content(), UTF_8)).isEqualTo("text");
        try (ObjectReader reader = objects.open("a/b.json", found.etag()).orElseThrow()) {
            assertThat(reader.size()).isEqualTo(4);
            assertThat(reader.lastModified()).isEqualTo(found.lastModified());
            assertThat(reader.readAllBytes()).isEqualTo("text".getBytes(UTF_8));
            assertThat(reader.read()).isEqualTo(-1);
        }
        assertThat(objects.list("").toList())
                .containsExactly(new Entry("a/b.json", 4, found.etag(), found.lastModified()));
        assertThat(objects.name()).isEqualTo(folder.toString());
        assertThat(found.etag()).doesNotMatch("[0-9a-f]{32}");
    }

    @Test
    void anEmptyFileIsAnEmptyObject() throws IOException {
        write("empty", "");
        assertThat(objects.get("empty").orElseThrow().content()).isEmpty();
        try (ObjectReader reader = objects.open("empty", null).orElseThrow()) {
            assertThat(reader.read()).isEqualTo(-1);
        }
    }

    @Test
    void thereIsNothingWhereThereIsNoFile() {
        write("a/b", "text");
        for (String key : List.of("a", "x", "a/b/c", "a/x", "a\0b")) {
            assertThat(objects.get(key)).as(key).isEmpty();
            assertThat(objects.open(key, null)).as(key).isEmpty();
        }
        assertThat(objects.list("x")).isEmpty();
        assertThat(objects.list("a/b/")).isEmpty();
    }

    @Test
    void aListingHasTheOrderOfABucket() {
        Stream.of("a/b", "a-b", "a.b", "a0", "a/b.c/d", "a/b-c", "b", "ab/c").forEach(key -> write(key, key));
        assertThat(objects.list("").map(Entry::key)).isSorted().hasSize(8);
        assertThat(objects.list("a/").map(Entry::key)).containsExactly("a/b", "a/b-c", "a/b.c/d");
        assertThat(objects.list("a/b.").map(Entry::key)).containsExactly("a/b.c/d");
        assertThat(objects.list("a").map(Entry::key))
                .containsExactly("a-b", "a.b", "a/b", "a/b-c", "a/b.c/d", "a0", "ab/c");
    }

    @Test
    void pagesGoOnWhereTheyEnded() {
        IntStream.range(0, 2_005).forEach(i -> write("k/" + i % 7 + "/" + i, ""));
        write("k/3.txt", "");
        List<Entry> all = new ArrayList<>();
        Page page = objects.page("k/", "", null);
        all.addAll(page.entries());
        while (page.next() != null) {
            assertThat(page.entries()).hasSize(1_000);
            page = objects.page("k/", "", page.next());
            all.addAll(page.entries());
        }
        assertThat(all).hasSize(2_006).isEqualTo(objects.list("k/").toList());
        assertThat(all).extracting(Entry::key).isSorted();
    }

    @Test
    void linksAreFollowedWithinTheDirectoryOnly() throws IOException {
        write("a/b", "inside");
        Path outside = Files.writeString(temp.resolve("secret"), "outside");
        Files.createSymbolicLink(folder.resolve("a/c"), folder.resolve("a/b"));
        assertThat(objects.get("a/c").orElseThrow().content()).isEqualTo("inside".getBytes(UTF_8));
        assertThat(objects.list("a/").map(Entry::key)).containsExactly("a/b", "a/c");

        Files.createSymbolicLink(folder.resolve("out"), outside);
        Files.createSymbolicLink(folder.resolve("up"), temp);
        for (ThrowingCallable call : List.<ThrowingCallable>of(
                () -> objects.get("out"),
                () -> objects.open("out", null),
                () -> objects.get("up/secret"),
                () -> objects.list("out").count(),
                () -> objects.list("").count())) {
            assertThat(failure(call)).isNotNull().message().contains("leads out of the directory");
        }
        assertThat(objects.list("a/")).hasSize(2);
    }

    @Test
    void aLinkThatLeadsBackIsRefused() throws IOException {
        write("a/b", "text");
        Files.createSymbolicLink(folder.resolve("a/loop"), folder);
        assertThat(failure(() -> objects.list("").count()))
                .isNotNull()
                .message()
                .contains("a/loop", "leads back");
    }

    @Test
    @Timeout(10)
    void linksThatMakeACircleAreRefused() throws IOException {
        write("a/file", "text");
        write("b/file", "text");
        Files.createSymbolicLink(folder.resolve("a/x"), folder.resolve("b"));
        Files.createSymbolicLink(folder.resolve("b/y"), folder.resolve("a"));
        assertThat(failure(() -> objects.list("").count()))
                .isNotNull()
                .message()
                .contains("a/x/y", "leads back");
    }

    @Test
    void keysDoNotLeadOutOfTheDirectory() throws IOException {
        Files.writeString(temp.resolve("secret"), "outside");
        write("a/b", "text");
        for (String key : List.of("../secret", "a/../../secret", "a/./b", "a//b", "/etc/hostname", "", "a/")) {
            assertThat(failure(() -> objects.get(key))).as(key).isNotNull();
        }
    }

    @Test
    void aFileThatChangesWhileItIsReadIsNoticed() throws IOException {
        write("key", "x".repeat(100));
        try (ObjectReader reader = objects.open("key", null).orElseThrow()) {
            reader.readNBytes(10);
            write("key", "y".repeat(50));
            assertThat(failure(reader::readAllBytes)).isNotNull().message().contains("/key: it ended after");
        }
        try (ObjectReader reader = objects.open("key", null).orElseThrow()) {
            reader.readNBytes(10);
            write("key", "z".repeat(100));
            assertThat(failure(reader::readAllBytes)).isNotNull().message().contains("not the one with the ETag");
        }
        String etag = objects.get("key").orElseThrow().etag();
        write("key", "other");
        assertThat(failure(() -> objects.open("key", etag)))
                .isNotNull()
                .message()
                .contains("ETag " + etag);
    }

    @Test
    void nothingIsWrittenAndThereAreNoVersions() {
        write("key", "text");
        for (ThrowingCallable call : List.<ThrowingCallable>of(
                () -> objects.put("key", new byte[0], Options.REPLACE),
                () -> objects.create("key", Options.REPLACE),
                () -> objects.delete("key"),
                () -> objects.versions("", null),
                () -> objects.get("key", "v1"))) {
            LockstepException failure = failure(call);
            assertThat(failure).isNotNull().message().contains(folder.toString(), "s3://bucket/prefix");
            assertThat(failure.retryable()).isFalse();
        }
        assertThat(objects.keepsVersions()).isFalse();
        assertThat(objects.get("key").orElseThrow().content()).hasSize(4);
    }

    @Test
    void whatIsNoDirectoryIsRefused() {
        write("file", "text");
        for (String name : List.of("file", "nowhere")) {
            assertThatThrownBy(() -> new FolderObjects(folder.resolve(name)))
                    .isInstanceOf(LockstepException.class)
                    .hasMessageContaining("no such directory");
        }
    }
}
