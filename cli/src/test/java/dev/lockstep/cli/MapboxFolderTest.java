package dev.lockstep.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.cli.Shell.Ran;
import dev.lockstep.folder.ItemFolderJson;
import dev.lockstep.objects.Digest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;
import software.amazon.awssdk.services.dynamodb.model.StreamViewType;

/**
 * An incremental folder that mapbox's Lambda function and backfill wrote, taken over in place. The table's key is of two
 * attributes, so the two wrote under different names: the Lambda "at" before "id", the backfill the other way round, and
 * versions before 10.1.0 with MD5.
 */
@Timeout(180)
class MapboxFolderTest {
    private static final String FOLDER = "incremental/events/";

    private Aws aws;

    @BeforeEach
    void folder() {
        aws = new Aws();
        aws.s3.createBucket("backups");
        aws.in("us-east-1")
                .createTable(r -> r.tableName("events")
                        .billingMode(BillingMode.PAY_PER_REQUEST)
                        .keySchema(
                                k -> k.attributeName("id").keyType(KeyType.HASH),
                                k -> k.attributeName("at").keyType(KeyType.RANGE))
                        .attributeDefinitions(
                                a -> a.attributeName("id").attributeType(ScalarAttributeType.S),
                                a -> a.attributeName("at").attributeType(ScalarAttributeType.N))
                        .streamSpecification(
                                s -> s.streamEnabled(true).streamViewType(StreamViewType.NEW_AND_OLD_IMAGES)));
        aws.put("us-east-1", "events", List.of(item("kept", "new"), item("changed", "2"), item("old", "1")));
        byBackfill(item("kept", "new"));
        byLambda(item("kept", "new"));
        byBackfill(item("changed", "1"));
        byLambda(item("changed", "2"));
        byBackfill(item("deleted", "the Lambda deleted its own name only"));
        byOldLambda(item("old", "1"));
    }

    @AfterEach
    void stop() {
        aws.close();
    }

    private static Map<String, AttributeValue> item(String id, String v) {
        return Map.of("id", AttributeValue.fromS(id), "at", AttributeValue.fromN("7"), "v", AttributeValue.fromS(v));
    }

    private static byte[] key(Map<String, AttributeValue> item, String first, String second) {
        Map<String, AttributeValue> key = new LinkedHashMap<>();
        key.put(first, item.get(first));
        key.put(second, item.get(second));
        return ItemFolderJson.bytes(key);
    }

    private static String own(Map<String, AttributeValue> item) {
        return FOLDER + Digest.SHA256.hexOf(key(item, "id", "at"));
    }

    private void byBackfill(Map<String, AttributeValue> item) {
        put(own(item), item);
    }

    private void byLambda(Map<String, AttributeValue> item) {
        put(FOLDER + Digest.SHA256.hexOf(key(item, "at", "id")), item);
    }

    private void byOldLambda(Map<String, AttributeValue> item) {
        put(FOLDER + Digest.MD5.hexOf(key(item, "at", "id")), item);
    }

    private void put(String key, Map<String, AttributeValue> item) {
        aws.s3
                .client()
                .putObject(
                        r -> r.bucket("backups").key(key),
                        RequestBody.fromString(new String(ItemFolderJson.bytes(item), UTF_8)));
    }

    private void assertOneObjectAnItem() {
        Map<String, String> expected = new LinkedHashMap<>();
        aws.contents("us-east-1", "events")
                .values()
                .forEach(item -> expected.put(own(item), new String(ItemFolderJson.bytes(item), UTF_8)));
        assertThat(aws.objects("backups", FOLDER)).containsExactlyInAnyOrderElementsOf(expected.keySet());
        expected.forEach((key, item) -> assertThat(aws.object("backups", key)).hasSameSizeAs(item));
    }

    private static Ran run(String line) {
        return Shell.run(Examples.words(line));
    }

    @Test
    void a_backfill_leaves_one_object_for_each_item_of_the_table_and_no_other() {
        Ran ran = run("incremental-backfill us-east-1/events s3://backups/incremental");
        assertThat(ran.status()).as(ran.err()).isZero();
        assertOneObjectAnItem();
        assertThat(ran.out()).contains("looked at 7 objects").contains("4 deleted");
        assertThat(run("incremental-diff-record us-east-1/events s3://backups/incremental '{\"at\":7,\"id\":\"kept\"}'")
                        .status())
                .isZero();
    }

    @Test
    void what_is_no_item_is_told_and_left() {
        String odd = FOLDER + "0".repeat(64);
        put(odd, item("not of this name", "1"));
        Ran ran = run("incremental-backfill us-east-1/events s3://backups/incremental");
        assertThat(ran.status()).isEqualTo(1);
        assertThat(ran.err()).contains(odd).doesNotContain("not of this name");
        assertThat(aws.objects("backups", FOLDER)).hasSize(4).contains(odd);
    }

    @Test
    void a_replication_that_takes_over_keeps_every_item_right_under_whatever_name_it_was() {
        aws.put("us-east-1", "events", item("changed", "3"));
        aws.in("us-east-1")
                .deleteItem(r -> r.tableName("events")
                        .key(Map.of("id", AttributeValue.fromS("old"), "at", AttributeValue.fromN("7"))));
        Ran replicate = run("replicate us-east-1/events s3://backups/incremental --until-idle 1s --name takeover");
        assertThat(replicate.status()).as(replicate.err()).isZero();
        for (String id : List.of("kept", "changed", "old")) {
            Ran diff = run("incremental-diff-record us-east-1/events s3://backups/incremental '{\"id\":\"" + id
                    + "\",\"at\":7}'");
            assertThat(diff.status()).as(id + diff.out() + diff.err()).isZero();
        }
        Ran copy = run("copy us-east-1/events s3://backups/incremental --delete-extra");
        assertThat(copy.status()).as(copy.err()).isZero();
        assertOneObjectAnItem();
    }

    @Test
    void a_copy_into_a_table_has_no_extra_to_delete() {
        Ran ran = run("copy us-east-1/events eu-west-1/events --delete-extra");
        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.err()).contains("diff --repair");
    }
}
