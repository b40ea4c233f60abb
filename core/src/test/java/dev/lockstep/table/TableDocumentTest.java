package dev.lockstep.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.LockstepException;
import dev.lockstep.local.Fault;
import dev.lockstep.local.FaultProxy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ProjectionType;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;
import software.amazon.awssdk.services.dynamodb.model.StreamViewType;
import software.amazon.awssdk.services.dynamodb.model.TableClass;
import software.amazon.awssdk.services.dynamodb.model.TableDescription;
import software.amazon.awssdk.services.dynamodb.model.Tag;

class TableDocumentTest {
    private final TaggingClient client = new TaggingClient(TestDynamo.shared().client());

    private String create() {
        String name = "documented-" + UUID.randomUUID();
        client.createTable(r -> r.tableName(name)
                .keySchema(
                        k -> k.attributeName("id").keyType(KeyType.HASH),
                        k -> k.attributeName("at").keyType(KeyType.RANGE))
                .attributeDefinitions(
                        a -> a.attributeName("id").attributeType(ScalarAttributeType.B),
                        a -> a.attributeName("at").attributeType(ScalarAttributeType.N),
                        a -> a.attributeName("by").attributeType(ScalarAttributeType.S))
                .localSecondaryIndexes(i -> i.indexName("local-by")
                        .keySchema(
                                k -> k.attributeName("id").keyType(KeyType.HASH),
                                k -> k.attributeName("by").keyType(KeyType.RANGE))
                        .projection(p -> p.projectionType(ProjectionType.KEYS_ONLY)))
                .globalSecondaryIndexes(i -> i.indexName("global-by")
                        .keySchema(k -> k.attributeName("by").keyType(KeyType.HASH))
                        .projection(
                                p -> p.projectionType(ProjectionType.INCLUDE).nonKeyAttributes("x", "y"))
                        .provisionedThroughput(u -> u.readCapacityUnits(5L).writeCapacityUnits(2L)))
                .provisionedThroughput(u -> u.readCapacityUnits(7L).writeCapacityUnits(3L))
                .streamSpecification(s -> s.streamEnabled(true).streamViewType(StreamViewType.OLD_IMAGE)));
        client.updateTimeToLive(r -> r.tableName(name)
                .timeToLiveSpecification(t -> t.attributeName("expires").enabled(true)));
        DynamoTable table = DynamoTable.open(client, name);
        client.tagResource(r -> r.resourceArn(table.description().tableArn())
                .tags(Tag.builder().key("team").value("blue \"1\"").build()));
        return name;
    }

    @Test
    void a_table_made_from_the_text_is_described_by_the_same_text() throws Exception {
        TableDocument model = DynamoTable.open(client, create()).document();
        assertThat(model.timeToLive()).contains("expires");
        assertThat(model.tags()).hasSize(1);

        TableRef ref = TableRef.parse("us-east-1/like-" + UUID.randomUUID());
        TableCreation.create(TableDocument.parse(model.json()), client, ref);
        TableDocument made = DynamoTable.open(client, ref).document();
        assertThat(settings(made)).isEqualTo(settings(model)).contains("global-by", "NonKeyAttributes", "OLD_IMAGE");
    }

    /** What a user set, without what tells this table from others. */
    private static String settings(TableDocument document) {
        TableDescription plain = document.description().toBuilder()
                .tableName("t")
                .tableArn(null)
                .tableId(null)
                .creationDateTime(null)
                .latestStreamArn(null)
                .latestStreamLabel(null)
                .build();
        return new TableDocument(plain, document.timeToLive(), document.tags()).json();
    }

    @Test
    void what_was_written_is_read_again() throws Exception {
        TableDocument model = DynamoTable.open(client, create()).document();
        TableDocument read = TableDocument.parse(model.json());
        assertThat(read.json()).isEqualTo(model.json()).doesNotContain("\n");
        assertThat(read.keys()).isEqualTo(model.keys()).hasToString("id (B), at (N)");
        assertThat(read.description().tableArn()).isEqualTo(model.description().tableArn());
        assertThat(read.description().creationDateTime())
                .isEqualTo(model.description().creationDateTime());
        assertThat(read.timeToLive()).contains("expires");
        assertThat(read.tags()).isEqualTo(model.tags());
    }

    @Test
    void what_the_cli_prints_is_read_with_fields_that_nobody_knows() throws Exception {
        TableDocument read = TableDocument.parse("""
                {"Table": {
                    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
                    "TableName": "orders",
                    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
                    "TableStatus": "ACTIVE",
                    "CreationDateTime": "2024-03-05T12:34:56.789000+01:00",
                    "ProvisionedThroughput": {"NumberOfDecreasesToday": 0, "ReadCapacityUnits": 0, "WriteCapacityUnits": 0},
                    "TableArn": "arn:aws:dynamodb:us-east-1:123456789012:table/orders",
                    "TableId": "12345678-1234-1234-1234-123456789012",
                    "BillingModeSummary": {"BillingMode": "PAY_PER_REQUEST", "LastUpdateToPayPerRequestDateTime": 1.5},
                    "TableClassSummary": {"TableClass": "STANDARD_INFREQUENT_ACCESS"},
                    "OnDemandThroughput": {"MaxReadRequestUnits": 100, "MaxWriteRequestUnits": -1},
                    "WarmThroughput": {"Status": "ACTIVE"},
                    "Replicas": [{"RegionName": "eu-west-1"}]
                }}
                """);
        TableDescription table = read.description();
        assertThat(read.keys()).hasToString("id (S)");
        assertThat(table.billingModeSummary().billingMode()).isEqualTo(BillingMode.PAY_PER_REQUEST);
        assertThat(table.tableClassSummary().tableClass()).isEqualTo(TableClass.STANDARD_INFREQUENT_ACCESS);
        assertThat(table.onDemandThroughput().maxReadRequestUnits()).isEqualTo(100);
        assertThat(table.creationDateTime()).isEqualTo(Instant.parse("2024-03-05T11:34:56.789Z"));
        assertThat(read.timeToLive()).isEmpty();
        assertThat(read.tags()).isEmpty();
        assertThat(TableDocument.parse(read.json()).json()).isEqualTo(read.json());
    }

    @Test
    void a_bare_table_without_mode_and_capacity_becomes_one_on_demand() throws Exception {
        TableDocument bare = TableDocument.parse(
                "{\"TableName\":\"t\",\"AttributeDefinitions\":[{\"AttributeName\":\"k\",\"AttributeType\":\"N\"}],"
                        + "\"KeySchema\":[{\"AttributeName\":\"k\",\"KeyType\":\"HASH\"}],"
                        + "\"StreamSpecification\":{\"StreamEnabled\":false},\"CreationDateTime\":1.5e9}");
        TableRef ref = TableRef.parse("us-east-1/bare-" + UUID.randomUUID());
        TableCreation.create(bare, client, ref);
        TableDescription made = DynamoTable.open(client, ref).description();
        assertThat(made.billingModeSummary().billingMode()).isEqualTo(BillingMode.PAY_PER_REQUEST);
        assertThat(made.streamSpecification()).isNull();
        assertThat(bare.description().creationDateTime()).isEqualTo(Instant.ofEpochSecond(1_500_000_000));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "7",
                "{}",
                "{\"Table\":{}}",
                "{\"KeySchema\":[{\"AttributeName\":\"k\",\"KeyType\":\"HASH\"}]}",
                "{\"KeySchema\":[{\"AttributeName\":\"k\",\"KeyType\":\"RANGE\"}],"
                        + "\"AttributeDefinitions\":[{\"AttributeName\":\"k\",\"AttributeType\":\"N\"}]}",
                "{\"KeySchema\":[{\"AttributeName\":\"k\",\"KeyType\":\"HASH\"}],"
                        + "\"AttributeDefinitions\":[{\"AttributeName\":\"k\",\"AttributeType\":\"SS\"}]}",
                "{\"KeySchema\":[{\"KeyType\":\"HASH\"}]}",
                "{\"KeySchema\":{\"KeyType\":{}}}"
            })
    void what_describes_no_table_is_refused(String json) {
        assertThatThrownBy(() -> TableDocument.parse(json)).isInstanceOf(MalformedItemException.class);
    }

    @Test
    void what_may_not_be_asked_is_told_and_left_out() {
        String name = create();
        List<LockstepException> denied = new ArrayList<>();
        try (FaultProxy proxy = TestDynamo.shared().proxy();
                var slow = TestDynamo.shared().client(proxy.endpoint())) {
            proxy.on("DescribeTimeToLive").inject(Fault.error(400, "AccessDeniedException", "no"));
            proxy.on("ListTagsOfResource").inject(Fault.error(400, "AccessDeniedException", "no"));
            DynamoTable table = DynamoTable.open(slow, name);
            TableDocument document = table.document(denied::add);
            assertThat(document.timeToLive()).isEqualTo(Optional.empty());
            assertThat(document.tags()).isEmpty();
            assertThat(denied)
                    .extracting(LockstepException::operation)
                    .containsExactly("DescribeTimeToLive", "ListTagsOfResource");
            assertThatThrownBy(table::document).hasMessageStartingWith("DescribeTimeToLive");
        }
    }
}
