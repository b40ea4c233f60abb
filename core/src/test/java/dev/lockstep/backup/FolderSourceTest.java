package dev.lockstep.backup;

import static dev.lockstep.table.TestItems.BY_STRING;
import static dev.lockstep.table.TestItems.BY_STRING_AND_NUMBER;
import static dev.lockstep.table.TestItems.item;
import static dev.lockstep.table.TestItems.n;
import static dev.lockstep.table.TestItems.s;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.folder.ItemFolderName;
import dev.lockstep.table.Item;
import dev.lockstep.table.KeySchema;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderSourceTest {
    @TempDir
    Path temporary;

    private TestBucket bucket;

    @BeforeEach
    void open() {
        bucket = new TestBucket(temporary);
    }

    @AfterEach
    void close() {
        bucket.close();
    }

    private static Item ranged(String id, int at, String value) {
        return item(s(id), Map.of("at", n("" + at), "v", s(value), "other", s(id)));
    }

    /** Under one of the names that an item may have. */
    private String put(KeySchema keys, Item item, int name) {
        String key = "f/t/" + ItemFolderName.all(keys.keyOf(item.attributes())).get(name);
        bucket.put(key, TestLines.bare(item));
        return key;
    }

    @Test
    void the_vector_of_mapbox_is_found_under_both_its_names() {
        bucket.put(
                "f/t/d9b6990bcccce4c29a5f27866bf6f105a0fe391a29c4092e795f0b3c6528e4ac",
                "{\"id\":{\"S\":\"record-1\"}}");
        assertThat(bucket.items("f/t")).containsExactly(item("record-1"));
        bucket.put("f/t/ee2bdf43ab8f10ad6c66546714da218b", "{\"id\":{\"S\":\"record-1\"},\"v\":{\"N\":\"2\"}}");
        assertThat(bucket.items("f/t")).containsExactly(item("record-1", "v", n("2")));
    }

    @Test
    void each_item_comes_once_and_as_the_newest_of_its_objects() {
        for (int first = 0; first < 4; first++) {
            for (int second = 0; second < 4; second++) {
                Item old = ranged("k" + first + second, 7, "old");
                put(BY_STRING_AND_NUMBER, old, first);
                put(BY_STRING_AND_NUMBER, ranged("k" + first + second, 7, "new"), second);
            }
        }
        for (List<KeySchema> given : List.of(List.of(BY_STRING_AND_NUMBER), List.<KeySchema>of())) {
            assertThat(bucket.items("f/t", given.toArray(KeySchema[]::new)))
                    .hasSize(16)
                    .allMatch(item -> item.attributes().get("v").equals(s("new")))
                    .doesNotHaveDuplicates();
        }
    }

    @Test
    void the_key_is_found_out_whichever_attributes_it_has() {
        put(BY_STRING_AND_NUMBER, ranged("a", 1, "x"), 0);
        put(BY_STRING_AND_NUMBER, ranged("b", 2, "y"), 3);
        Sources.Opened opened = bucket.open("f/t");
        assertThat(opened.keys().orElseThrow().attributes())
                .containsExactlyInAnyOrderElementsOf(BY_STRING_AND_NUMBER.attributes());
        assertThat(opened.notes()).hasSize(1).allMatch(note -> note.contains("found out"));
        assertThat(TestBucket.items(opened.source())).hasSize(2);
    }

    @Test
    void thousands_of_items_are_read_in_parts_and_nothing_is_left_on_the_disk() throws Exception {
        IntStream.range(0, 10_100).forEach(i -> put(BY_STRING, item("k" + i), i % 2));
        Source source = bucket.open("f/t").source();
        assertThat(source.layers().get(0).parts()).hasSize(2);
        BackupCheck.Result result = bucket.check("f/t");
        assertThat(result.items()).isEqualTo(10_100);
        assertThat(result.files()).isEqualTo(10_100);
        assertThat(result.faults()).isEmpty();
        try (var left = Files.list(temporary)) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void every_object_that_is_damaged_is_named_and_the_others_are_read() {
        put(BY_STRING, item("a"), 0);
        String torn = put(BY_STRING, item("b"), 0);
        bucket.truncate(torn, 1);
        String wrong = put(BY_STRING, item("c"), 0);
        bucket.put(wrong, TestLines.bare(item("d")));
        String keyless = put(BY_STRING, item("e"), 0);
        bucket.put(keyless, "{\"other\":{\"S\":\"e\"}}");
        String empty = put(BY_STRING, item("f"), 1);
        bucket.put(empty, "");
        String huge = put(BY_STRING, item("g"), 0);
        bucket.put(huge, "x".repeat(7 << 20));
        bucket.put("f/t/readme.txt", "x");
        assertThat(bucket.faults("f/t", BY_STRING))
                .hasSize(6)
                .anyMatch(f -> f.startsWith(torn + ": not JSON"))
                .contains(wrong + ": its name is no hash of the key of the item that it holds")
                .contains(keyless + ": an item without the key attribute id (S)")
                .anyMatch(f -> f.startsWith(empty + ": "))
                .contains(huge + ": it is larger than any item can be")
                .contains("f/t/readme.txt: it is no item: its name is no hash of a key");
        assertThat(bucket.check("f/t", BY_STRING).items()).isEqualTo(1);
    }

    @Test
    void a_folder_of_other_things_is_not_taken_for_one_of_items() {
        bucket.put("f/t/" + "0".repeat(64), "{\"id\":{\"S\":\"x\"}}");
        assertThatThrownBy(() -> bucket.open("f/t"))
                .isInstanceOf(DamagedException.class)
                .hasMessageContaining("it is no folder of items");
    }

    @Test
    void an_item_that_is_deleted_or_replaced_meanwhile_is_left_out_or_taken_as_it_is() {
        String deleted = put(BY_STRING, item("a"), 0);
        put(BY_STRING, item("b"), 0);
        put(BY_STRING, item("c"), 0);
        Source source = bucket.open("f/t", BY_STRING).source();
        assertThat(TestBucket.items(source)).hasSize(3);
        bucket.objects.delete(deleted);
        put(BY_STRING, item("b", "v", n("2")), 0);
        assertThat(TestBucket.items(source)).containsExactlyInAnyOrder(item("b", "v", n("2")), item("c"));
    }

    @Test
    void names_with_other_objects_beside_them_do_not_hide_them() {
        put(BY_STRING, item("a"), 0);
        bucket.put("f/t2/" + "0".repeat(64), "{}");
        assertThat(bucket.items("f/t", BY_STRING)).containsExactly(item("a"));
    }
}
