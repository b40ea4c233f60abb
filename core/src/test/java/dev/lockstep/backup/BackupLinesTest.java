package dev.lockstep.backup;

import static dev.lockstep.backup.TestBucket.flipped;
import static dev.lockstep.backup.TestBucket.gzip;
import static dev.lockstep.backup.TestBucket.text;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.backup.BackupLines.Form;
import dev.lockstep.objects.Digest;
import dev.lockstep.table.MalformedItemException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

class BackupLinesTest {
    /** A gigabyte of zeros, compressed. */
    static final byte[] BOMB = bomb(1L << 30);

    private static final Form ANY = new Form(1 << 20, false);

    private static List<String> lines(byte[] stored) {
        return lines(new ByteArrayInputStream(stored), Known.NOTHING, ANY);
    }

    private static List<String> lines(InputStream stored, Known known, Form form) {
        List<String> lines = new ArrayList<>();
        BackupLines.read("s3://b/file", stored, known, form, lines::add);
        return lines;
    }

    private static void assertDamaged(byte[] stored, String problem) {
        assertThatThrownBy(() -> lines(stored))
                .isInstanceOf(DamagedException.class)
                .hasMessageStartingWith("read s3://b/file: ")
                .hasMessageContaining(problem);
    }

    @Test
    void plain_and_compressed_files_are_told_apart_by_what_they_hold() {
        assertThat(lines(text("a", "b"))).containsExactly("a", "b");
        assertThat(lines(gzip("a", "b"))).containsExactly("a", "b");
    }

    @Test
    void an_empty_file_has_no_lines_in_either_form() {
        assertThat(lines(new byte[0])).isEmpty();
        assertThat(lines(gzip())).isEmpty();
    }

    @Test
    void members_of_a_gzip_that_follow_each_other_are_all_read() throws Exception {
        ByteArrayOutputStream both = new ByteArrayOutputStream();
        both.write(gzip("a"));
        both.write(gzip());
        both.write(gzip("b"));
        assertThat(lines(both.toByteArray())).containsExactly("a", "b");
    }

    @Test
    void lines_of_all_lengths_are_whole() {
        List<String> written = new ArrayList<>();
        for (int length = 1; length < 300_000; length = length * 3 + 1) {
            written.add("é".repeat(length / 2) + "x");
        }
        assertThat(lines(gzip(written.toArray(String[]::new)))).isEqualTo(written);
    }

    @Test
    void a_gzip_with_all_optional_fields_is_read() {
        byte[] plain = gzip("a");
        byte[] header = {0x1f, (byte) 0x8b, 8, 2 | 4 | 8 | 16, 0, 0, 0, 0, 0, 3, 2, 0, 'x', 'y', 'n', 0, 'c', 0, 1, 2};
        byte[] both = Arrays.copyOf(header, header.length + plain.length - 10);
        System.arraycopy(plain, 10, both, header.length, plain.length - 10);
        assertThat(lines(both)).containsExactly("a");
    }

    @Test
    void bytes_behind_the_gzip_are_damage() throws Exception {
        ByteArrayOutputStream both = new ByteArrayOutputStream();
        both.write(gzip("a"));
        both.write(new byte[] {0, 0, 0});
        assertDamaged(both.toByteArray(), "bytes follow its gzip that are not gzip");
    }

    @Test
    void a_gzip_that_was_cut_off_anywhere_is_damage() {
        byte[] whole = gzip("some line", "another line");
        for (int length = 3; length < whole.length; length++) {
            assertDamaged(Arrays.copyOf(whole, length), "");
        }
        assertDamaged(Arrays.copyOf(whole, whole.length - 1), "it ends early");
    }

    @Test
    void every_flipped_byte_is_found_with_the_hash_of_the_file() {
        byte[] whole = gzip("some line", "another line");
        Known known = new Known(
                OptionalLong.empty(),
                OptionalLong.empty(),
                Optional.of(TestBucket.md5(whole)),
                Optional.empty(),
                Optional.empty());
        assertThat(lines(new ByteArrayInputStream(whole), known, ANY)).hasSize(2);
        for (int i = 0; i < whole.length; i++) {
            InputStream other = new ByteArrayInputStream(flipped(whole, i));
            assertThatThrownBy(() -> lines(other, known, ANY)).isInstanceOf(DamagedException.class);
        }
    }

    @Test
    void a_flipped_byte_in_the_data_is_found_by_the_gzip_alone() {
        byte[] whole = gzip("some line", "another line");
        for (int i = 10; i < whole.length; i++) {
            assertDamaged(flipped(whole, i), "");
        }
    }

    @Test
    void another_sha256_or_size_is_damage() {
        byte[] content = text("a");
        Known hashed = new Known(
                OptionalLong.empty(),
                OptionalLong.of(2),
                Optional.empty(),
                Optional.of(Digest.SHA256.hexOf(content)),
                Optional.empty());
        assertThat(lines(new ByteArrayInputStream(content), hashed, ANY)).containsExactly("a");
        assertThatThrownBy(() -> lines(new ByteArrayInputStream(text("b")), hashed, ANY))
                .hasMessageContaining("its SHA-256 is not the one");
        assertThatThrownBy(() -> lines(new ByteArrayInputStream(text("bc")), hashed, ANY))
                .hasMessageContaining("it has 3 bytes, its manifest says 2");
    }

    @Test
    void an_empty_line_is_damage_and_its_number_is_told() {
        assertDamaged(text("a", "", "b"), "an empty line (line 2)");
    }

    @Test
    void a_last_line_without_an_end_counts_only_where_the_format_has_such() {
        byte[] open = "a\nb".getBytes(UTF_8);
        assertThat(lines(open)).containsExactly("a", "b");
        assertThatThrownBy(() -> lines(new ByteArrayInputStream(open), Known.NOTHING, new Form(1 << 20, true)))
                .isInstanceOf(DamagedException.class)
                .hasMessageContaining("its last line has no end: it was cut off (line 2)");
    }

    @Test
    void what_is_no_utf8_is_damage_and_a_replacement_character_is_not() {
        assertThat(lines(text("a\ufffdb"))).containsExactly("a\ufffdb");
        assertDamaged(new byte[] {'a', (byte) 0xc3, '\n'}, "not UTF-8 (line 1)");
        assertDamaged(new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80, '\n'}, "not UTF-8 (line 1)");
    }

    @Test
    void the_message_names_the_line_and_never_tells_what_it_holds() {
        assertThatThrownBy(() -> BackupLines.read(
                        "f", new ByteArrayInputStream(text("ok", "secret")), Known.NOTHING, ANY, line -> {
                            if (line.equals("secret")) {
                                throw new MalformedItemException("not JSON");
                            }
                        }))
                .hasMessageContaining("not JSON (line 2)")
                .hasMessageNotContaining("secret");
    }

    @Test
    void a_line_of_a_hundred_megabytes_is_refused_in_little_memory() {
        assertThatThrownBy(() -> lines(repeated('x', 100L << 20), Known.NOTHING, ANY))
                .isInstanceOf(DamagedException.class)
                .hasMessageContaining("a line longer than 1 MB (line 1)");
    }

    @Test
    void a_gigabyte_of_zeros_in_a_few_megabytes_is_refused() {
        assertThat(BOMB.length).isLessThan(8 << 20);
        assertDamaged(BOMB, "a line longer than 1 MB (line 1)");
    }

    @Test
    void only_the_first_line_is_read_where_nothing_else_is_asked_for() {
        assertThat(BackupLines.first("f", new ByteArrayInputStream(gzip("a", "b"))))
                .contains("a");
        assertThat(BackupLines.first("f", new ByteArrayInputStream(new byte[0])))
                .isEmpty();
    }

    @Test
    void random_bytes_never_do_harm() {
        Random random = new Random(7);
        for (int i = 0; i < 2000; i++) {
            byte[] bytes = gzip("a line", "another");
            for (int j = 0; j < 3; j++) {
                bytes[2 + random.nextInt(bytes.length - 2)] = (byte) random.nextInt();
            }
            try {
                lines(bytes);
            } catch (DamagedException e) {
                assertThat(e.problem()).isNotEmpty();
            }
        }
    }

    private static InputStream repeated(int octet, long count) {
        return new InputStream() {
            private long left = count;

            @Override
            public int read() {
                return left-- > 0 ? octet : -1;
            }

            @Override
            public int read(byte[] into, int from, int length) {
                int n = (int) Math.min(length, left);
                Arrays.fill(into, from, from + n, (byte) octet);
                left -= n;
                return n == 0 ? -1 : n;
            }
        };
    }

    private static byte[] bomb(long zeros) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes) {
            {
                def.setLevel(Deflater.BEST_SPEED);
            }
        }) {
            byte[] some = new byte[1 << 20];
            for (long left = zeros; left > 0; left -= some.length) {
                out.write(some);
            }
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
