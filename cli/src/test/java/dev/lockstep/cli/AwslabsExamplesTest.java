package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.cli.Shell.Ran;
import dev.lockstep.objects.Digest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;
import software.amazon.awssdk.services.dynamodb.model.ShardIteratorType;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;

/** The awslabs library's command line, and a task of it that is taken over with its lease table. */
@Timeout(180)
class AwslabsExamplesTest {
    private Aws aws;

    @BeforeEach
    void tables() {
        aws = new Aws();
        aws.create("us-east-1", "orders");
        aws.create("eu-west-1", "orders");
        aws.put(
                "us-east-1",
                "orders",
                IntStream.range(0, 10).mapToObj(i -> Server.item(i, "a", 100)).toList());
    }

    @AfterEach
    void stop() {
        aws.close();
    }

    /** It runs for ever; these stop it when there is nothing left to do. */
    private static Ran run(String line, String... more) {
        List<String> words = new ArrayList<>(Arrays.asList(Examples.words(line)));
        words.addAll(List.of("--until-idle=1s"));
        words.addAll(List.of(more));
        return Shell.run(words.toArray(String[]::new));
    }

    private static String example() {
        return Examples.of("awslabs")
                .get(0)
                .replace("java -jar target/dynamodb-cross-region-replication-1.2.1.jar", "cross-region-replication")
                .replace("<source_region>", "us-east-1")
                .replace("<source_table_name>", "orders")
                .replace("<destination_region>", "eu-west-1")
                .replace("<destination_table_name>", "orders");
    }

    private static String defaultTask() {
        return "DynamoDBCrossRegionReplication"
                + Digest.MD5.hexOf("us-east-1orderseu-west-1orders".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void the_example_replicates_under_the_name_that_the_library_would_give() {
        Ran ran = run(example());
        assertThat(ran.status()).as(ran.err()).isZero();
        assertThat(aws.contents("eu-west-1", "orders")).isEqualTo(aws.contents("us-east-1", "orders"));
        assertThat(aws.in("us-east-1").listTables().tableNames()).contains(defaultTask());
        assertThat(aws.in("eu-west-1").listTables().tableNames()).containsExactly("orders");
    }

    @Test
    void a_task_goes_on_where_the_library_stopped() {
        String task = "DynamoDBCrossRegionReplicationnightly";
        aws.in("us-east-1")
                .createTable(r -> r.tableName(task)
                        .attributeDefinitions(a -> a.attributeName("leaseKey").attributeType(ScalarAttributeType.S))
                        .keySchema(k -> k.attributeName("leaseKey").keyType(KeyType.HASH))
                        .provisionedThroughput(p -> p.readCapacityUnits(10L).writeCapacityUnits(10L)));
        aws.put("us-east-1", task, leaseAt(5));
        Ran ran = run(example(), "--taskName", "nightly", "--dontPublishCloudwatch", "--batchSize", "100");
        assertThat(ran.status()).as(ran.err()).isZero();
        assertThat(aws.contents("eu-west-1", "orders").values())
                .extracting(item -> item.get("id").s())
                .containsExactlyInAnyOrder("item-6", "item-7", "item-8", "item-9");
    }

    private Map<String, AttributeValue> leaseAt(int record) {
        String arn = aws.in("us-east-1")
                .describeTable(r -> r.tableName("orders"))
                .table()
                .latestStreamArn();
        try (DynamoDbStreamsClient streams = DynamoDbStreamsClient.builder()
                .endpointOverride(aws.dynamo.endpoint())
                .region(Region.US_EAST_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("local", "local")))
                .httpClientBuilder(UrlConnectionHttpClient.builder())
                .build()) {
            String shard = streams.describeStream(r -> r.streamArn(arn))
                    .streamDescription()
                    .shards()
                    .get(0)
                    .shardId();
            String iterator = streams.getShardIterator(
                            r -> r.streamArn(arn).shardId(shard).shardIteratorType(ShardIteratorType.TRIM_HORIZON))
                    .shardIterator();
            String sequence = streams.getRecords(r -> r.shardIterator(iterator))
                    .records()
                    .get(record)
                    .dynamodb()
                    .sequenceNumber();
            return Map.of(
                    "leaseKey", AttributeValue.fromS(shard),
                    "leaseOwner", AttributeValue.fromS("worker-of-the-library"),
                    "leaseCounter", AttributeValue.fromN("99"),
                    "ownerSwitchesSinceCheckpoint", AttributeValue.fromN("0"),
                    "checkpoint", AttributeValue.fromS(sequence),
                    "checkpointSubSequenceNumber", AttributeValue.fromN("0"));
        }
    }

    @Test
    void endpoints_and_the_place_of_the_leases_may_be_named() {
        System.clearProperty("aws.endpointUrlDynamodb");
        String here = aws.dynamo.endpoint().toString();
        Ran ran = run(
                example(),
                "--sourceEndpoint=" + here,
                "--sourceStreamsEndpoint=" + here,
                "--destinationEndpoint=" + here + "/",
                "--kclRegion=ap-south-1",
                "--kclEndpoint=" + here,
                "--parentShardPollIntervalMillis=1000",
                "--dontPublishCloudwatch");
        assertThat(ran.status()).as(ran.err()).isZero();
        assertThat(aws.contents("eu-west-1", "orders")).isEqualTo(aws.contents("us-east-1", "orders"));
        assertThat(aws.in("us-east-1").listTables().tableNames()).containsExactly("orders");
        assertThat(aws.in("ap-south-1").listTables().tableNames()).contains(defaultTask(), defaultTask() + "-State");
    }

    @Test
    void what_is_missing_on_the_command_line_is_told() {
        Ran ran = Shell.run("cross-region-replication", "--sourceRegion", "us-east-1");
        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.err()).contains("--sourceTable", "--destinationTable");
    }
}
