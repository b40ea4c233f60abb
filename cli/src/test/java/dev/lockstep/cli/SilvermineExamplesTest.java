package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.cli.Shell.Ran;
import dev.lockstep.local.LocalDynamo;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;

/** Every example of silvermine/dynamodb-table-sync's README, word for word, and its flags. */
@Timeout(180)
class SilvermineExamplesTest {
    private static final List<String> EXAMPLES = Examples.of("silvermine");
    private static final String TABLE = "my-dynamodb-table";
    private static final String EXACT = "12345678901234567890123";

    private Aws aws;

    @BeforeEach
    void tables() {
        aws = new Aws();
        for (String region : List.of("us-east-1", "us-west-2", "eu-west-1")) {
            aws.create(region, TABLE);
        }
        List<Map<String, AttributeValue>> items =
                IntStream.range(0, 12).mapToObj(i -> Server.item(i, "a", 100)).toList();
        aws.put("us-east-1", TABLE, items);
        aws.put("us-east-1", TABLE, number(EXACT));
        aws.put("us-west-2", TABLE, items.subList(1, 12));
        aws.put("us-west-2", TABLE, number(EXACT));
        aws.put("eu-west-1", TABLE, items);
        aws.put("eu-west-1", TABLE, number("12345678901234567890124"));
        aws.put("eu-west-1", TABLE, Server.item(99, "extra", 100));
    }

    @AfterEach
    void stop() {
        aws.close();
    }

    private static Map<String, AttributeValue> number(String n) {
        return Map.of("id", AttributeValue.fromS("abc"), "n", AttributeValue.fromN(n));
    }

    /** What follows the script's name is what the installed command is given. */
    private static Ran run(String example, String... more) {
        String line = example.replace("node src/cli.js", "dynamodb-table-sync");
        List<String> words = new ArrayList<>(Arrays.asList(Examples.words(line)));
        words.addAll(List.of(more));
        return Shell.run(words.toArray(String[]::new));
    }

    @Test
    void what_is_missing_or_differs_is_written_to_each_slave_and_extra_items_stay() {
        Ran ran = run(EXAMPLES.get(0));
        assertThat(ran.status()).as(ran.err()).isZero();
        assertThat(aws.contents("us-west-2", TABLE)).isEqualTo(aws.contents("us-east-1", TABLE));
        assertThat(aws.contents("eu-west-1", TABLE)).hasSize(14).containsAllEntriesOf(aws.contents("us-east-1", TABLE));
        assertThat(ran.out())
                .contains("Synchronization completed. Stats:")
                .contains("""
                        us-west-2:my-dynamodb-table
                        Had 12 items that were the same as the master
                        Had 0 items more than master
                        Had 0 items that were different from the master
                        Was missing 1 items that the master had
                        """)
                .contains("eu-west-1:my-dynamodb-table\nHad 12 items that were the same")
                .contains("Had 1 items that were different");
    }

    @Test
    void without_flags_it_is_a_dry_run_that_logs_each_item() {
        var before = aws.contents("eu-west-1", TABLE);
        Ran ran = run(EXAMPLES.get(1), "--settle=0");
        assertThat(ran.status()).isEqualTo(1);
        assertThat(ran.err())
                .contains(
                        "Item in eu-west-1:my-dynamodb-table differs from same item in master table: {\"id\":\"abc\"}");
        assertThat(aws.contents("eu-west-1", TABLE)).isEqualTo(before);
    }

    @Test
    void a_slave_profile_that_is_a_url_says_where_the_slaves_are() {
        try (LocalDynamo near = LocalDynamo.start()) {
            near.client()
                    .createTable(r -> r.tableName(TABLE)
                            .billingMode(BillingMode.PAY_PER_REQUEST)
                            .keySchema(k -> k.attributeName("id").keyType(KeyType.HASH))
                            .attributeDefinitions(a -> a.attributeName("id").attributeType(ScalarAttributeType.S)));
            Ran ran = run(EXAMPLES.get(2).replace(":8000", ":" + near.port()), "--settle=0");
            assertThat(ran.status()).as(ran.err()).isZero();
            assertThat(near.client().scan(r -> r.tableName(TABLE)).count()).isEqualTo(13);
            assertThat(ran.out()).contains("us-west-2:my-dynamodb-table\n");
        }
    }

    @Test
    void extra_items_count_only_where_they_were_asked_for_and_go_only_with_their_flag() {
        String line = "dynamodb-table-sync -m us-east-1:my-dynamodb-table -s eu-west-1:my-dynamodb-table"
                + " --ignore n --settle=0 --parallel 4";
        assertThat(run(line).status()).isZero();
        assertThat(run(line, "--scan-for-extra").status()).isEqualTo(1);
        assertThat(aws.contents("eu-west-1", TABLE)).hasSize(14);
        Ran ran = run(line, "--delete-extra", "-v");
        assertThat(ran.status()).as(ran.err()).isZero();
        assertThat(ran.out()).contains("Deleting item from eu-west-1:my-dynamodb-table: {\"id\":\"item-99\"}");
        assertThat(ran.out()).contains("Had 1 items more than master");
        assertThat(aws.contents("eu-west-1", TABLE)).hasSize(13);
        assertThat(run(line, "--scan-for-extra", "--no-delete-extra").status()).isZero();
    }

    @Test
    void equal_tables_with_binary_keys_are_equal_and_nothing_is_deleted() {
        for (String region : List.of("us-east-1", "us-west-2")) {
            aws.create(region, "binary", ScalarAttributeType.B);
            for (int i = 0; i < 10; i++) {
                byte[] key = {(byte) i, (byte) 0xff};
                aws.put(region, "binary", Map.of("id", AttributeValue.fromB(SdkBytes.fromByteArray(key))));
            }
        }
        Ran ran = run("dynamodb-table-sync --master us-east-1:binary --slaves us-west-2:binary"
                + " --write-missing --write-differing --delete-extra");
        assertThat(ran.status()).as(ran.err()).isZero();
        assertThat(ran.out()).contains("Had 10 items that were the same", "Had 0 items more", "Was missing 0 items");
        assertThat(aws.contents("us-west-2", "binary")).hasSize(10);
    }

    @Test
    void a_scan_begins_after_the_starting_key() {
        String line = "dynamodb-table-sync -m us-east-1:my-dynamodb-table -s eu-west-1:my-dynamodb-table --settle=0"
                + " --max-retries 3 --retry-delay-base 10 --ignore-att n --starting-key '{\"id\":\"item-4\"}'";
        Ran ran = run(line);
        assertThat(ran.out()).containsPattern("Had ([0-9]|1[0-2]) items that were the same");
        Ran both = run(line, "--parallel", "2");
        assertThat(both.status()).isEqualTo(2);
        assertThat(both.err()).contains("--starting-key");
    }

    @Test
    void limits_slow_it_down_and_change_nothing_else() {
        Ran ran = run(EXAMPLES.get(0), "--scan-limit", "5", "--batch-read-limit", "2", "--settle=0");
        assertThat(ran.status()).as(ran.err()).isZero();
        assertThat(aws.contents("us-west-2", TABLE)).isEqualTo(aws.contents("us-east-1", TABLE));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--profile=a",
                "--role-arn=arn:aws:iam::123456789012:role/a",
                "--mfa-serial=arn:aws:iam::123456789012:mfa/a",
                "--mfa-token=123456",
                "--slave-profile=a",
                "--slave-role-arn=arn:aws:iam::123456789012:role/a",
                "--slave-mfa-serial=arn:aws:iam::123456789012:mfa/a",
                "--slave-mfa-token=123456"
            })
    void each_flag_for_credentials_is_understood(String flag) {
        Ran ran = run("dynamodb-table-sync -m nowhere -s us-west-2:my-dynamodb-table", flag);
        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.err()).contains("table reference 'nowhere'");
    }

    @Test
    void a_failure_prints_no_counts_and_says_so_in_its_status() {
        Ran ran = run("dynamodb-table-sync -m us-east-1:my-dynamodb-table -s eu-west-1:no-such-table");
        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.out()).isEmpty();
        assertThat(ran.err()).contains("eu-west-1:no-such-table");
        assertThat(run("dynamodb-table-sync -m us-east-1:my-dynamodb-table").status())
                .isEqualTo(2);
    }
}
