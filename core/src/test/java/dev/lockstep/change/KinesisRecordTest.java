package dev.lockstep.change;

import static dev.lockstep.table.TestItems.BY_STRING;
import static dev.lockstep.table.TestItems.b;
import static dev.lockstep.table.TestItems.bs;
import static dev.lockstep.table.TestItems.bytes;
import static dev.lockstep.table.TestItems.key;
import static dev.lockstep.table.TestItems.l;
import static dev.lockstep.table.TestItems.m;
import static dev.lockstep.table.TestItems.n;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.change.Change.Effect;
import dev.lockstep.table.MalformedItemException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

class KinesisRecordTest {
    /** The bytes 1, 2, 3 are AQID in base64, and QVFJRA== once more. */
    private static final String TWICE = "\"QVFJRA==\"";

    private static KinesisRecord record(String eventName, String time, String newImage) {
        String json = "{\"awsRegion\":\"us-east-1\",\"eventID\":\"e\",\"eventName\":\"" + eventName
                + "\",\"userIdentity\":null,\"recordFormat\":\"application/json\",\"tableName\":\"t\",\"dynamodb\":{"
                + time + "\"Keys\":{\"id\":{\"S\":\"k\"}}" + newImage
                + ",\"SizeBytes\":9},\"eventSource\":\"aws:dynamodb\"}";
        return new KinesisRecord(json.getBytes(StandardCharsets.UTF_8), "49");
    }

    private static String millis(long at) {
        return "\"ApproximateCreationDateTime\":" + at + ",";
    }

    @Test
    void binary_values_are_decoded_twice_at_every_depth() throws Exception {
        Change change = record(
                        "INSERT",
                        millis(1_795_000_000_123L),
                        ",\"NewImage\":{\"id\":{\"S\":\"k\"},\"b\":{\"B\":" + TWICE + "},\"bs\":{\"BS\":[" + TWICE
                                + "]},\"deep\":{\"L\":[{\"M\":{\"x\":{\"B\":" + TWICE
                                + "}}}]},\"n\":{\"N\":\"12345678901234567890123\"}}")
                .read(BY_STRING);
        assertThat(change.image().attributes())
                .containsEntry("b", b(1, 2, 3))
                .containsEntry("bs", bs(bytes(1, 2, 3)))
                .containsEntry("deep", l(m(Map.of("x", b(1, 2, 3)))))
                .containsEntry("n", n("12345678901234567890123"));
        assertThat(change.createdMillis()).isEqualTo(1_795_000_000_123L);
    }

    @Test
    void microseconds_order_what_milliseconds_cannot() throws Exception {
        String precise = ",\"ApproximateCreationDateTimePrecision\":\"MICROSECOND\"";
        Change first = record("REMOVE", millis(1_795_000_000_123_001L), precise).read(BY_STRING);
        Change second =
                record("REMOVE", millis(1_795_000_000_123_002L), precise).read(BY_STRING);
        Change inMillis = record("REMOVE", millis(1_795_000_000_123L), "").read(BY_STRING);
        assertThat(first.order()).isLessThan(second.order()).isGreaterThan(inMillis.order());
        assertThat(first.createdMillis()).isEqualTo(inMillis.createdMillis());
        assertThat(first.effect()).isEqualTo(Effect.DELETE);
    }

    @Test
    void a_change_without_its_image_must_be_read() throws Exception {
        Change change = record("MODIFY", millis(1), "").read(BY_STRING);
        assertThat(change.effect()).isEqualTo(Effect.READ);
        assertThat(change.key()).isEqualTo(key("k"));
    }

    @Test
    void what_is_no_record_is_refused() {
        assertThatThrownBy(() -> new KinesisRecord("hello".getBytes(StandardCharsets.UTF_8), "1").read(BY_STRING))
                .isInstanceOf(MalformedItemException.class);
        assertThatThrownBy(() -> new KinesisRecord("{}".getBytes(StandardCharsets.UTF_8), "1").read(BY_STRING))
                .isInstanceOf(MalformedItemException.class);
        assertThatThrownBy(() -> record("INSERT", "", "").read(BY_STRING)).isInstanceOf(MalformedItemException.class);
        assertThatThrownBy(() -> record("TRUNCATE", millis(1), "").read(BY_STRING))
                .isInstanceOf(MalformedItemException.class);
        assertThatThrownBy(() -> record("MODIFY", millis(1), ",\"NewImage\":{\"b\":{\"B\":\"%%\"}}")
                        .read(BY_STRING))
                .isInstanceOf(MalformedItemException.class);
    }
}
