package dev.lockstep.replicate;

import static dev.lockstep.table.TestItems.BY_STRING;
import static dev.lockstep.table.TestItems.item;
import static dev.lockstep.table.TestItems.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.InvalidSettingsException;
import dev.lockstep.change.DynamoRecord;
import dev.lockstep.change.TestRecords;
import dev.lockstep.replicate.DeadLetterFile.Open;
import dev.lockstep.replicate.DeadLetters.Letter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.dynamodb.model.Record;

class DeadLetterFileTest {
    @TempDir
    Path folder;

    @Test
    void letters_are_there_until_they_are_settled() {
        Path path = folder.resolve("letters");
        DeadLetterFile file = new DeadLetterFile(path);
        file.park(List.of(
                new Letter("s", TestRecords.change(1, key("a"), item("a")), "replica", "too large"),
                new Letter("s", TestRecords.change(2, key("b"), null), "", "odd")));
        file.park(List.of(new Letter("s", new DynamoRecord(Record.builder().build()), "", "unreadable")));
        List<Open> open = DeadLetterFile.open(path, BY_STRING);
        assertThat(open).extracting(Open::error).containsExactly("too large", "odd", "unreadable");
        assertThat(open).extracting(o -> o.key().orElse(null)).containsExactly(key("a"), key("b"), null);
        new DeadLetterFile(path).settled(open.subList(0, 1));
        assertThat(DeadLetterFile.open(path, BY_STRING)).isEqualTo(open.subList(1, 3));
    }

    @Test
    void a_file_that_is_something_else_is_refused() throws Exception {
        Path path = Files.writeString(folder.resolve("other"), "{\"lockstep\":\"undo-log\",\"version\":1}\n");
        assertThatThrownBy(() -> DeadLetterFile.open(path, BY_STRING)).isInstanceOf(InvalidSettingsException.class);
    }

    @Test
    void a_file_that_is_something_else_is_not_touched_even_where_its_last_line_has_no_end() throws Exception {
        Path path = Files.writeString(folder.resolve("notes"), "one\ntwo");
        assertThatThrownBy(() -> new DeadLetterFile(path))
                .isInstanceOf(InvalidSettingsException.class)
                .hasMessageContaining("no file of dead letters");
        assertThat(path).hasContent("one\ntwo");
    }

    @Test
    void a_line_that_a_crash_cut_off_is_no_letter() throws Exception {
        Path path = folder.resolve("letters");
        new DeadLetterFile(path)
                .park(List.of(new Letter("s", TestRecords.change(1, key("a"), item("a")), "replica", "too large")));
        Files.writeString(path, "{\"letter\":\"b\",\"desti", StandardOpenOption.APPEND);
        assertThat(DeadLetterFile.open(path, BY_STRING)).hasSize(1);
        new DeadLetterFile(path).settled(DeadLetterFile.open(path, BY_STRING));
        assertThat(DeadLetterFile.open(path, BY_STRING)).isEmpty();
    }

    @Test
    void a_file_that_is_not_there_is_told_and_not_made() {
        Path path = folder.resolve("none");
        assertThatThrownBy(() -> DeadLetterFile.open(path, BY_STRING))
                .isInstanceOf(InvalidSettingsException.class)
                .hasMessageContaining("no such file");
        assertThat(path).doesNotExist();
    }
}
