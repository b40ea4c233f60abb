package dev.lockstep.table;

import static dev.lockstep.table.TestItems.BY_STRING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.lockstep.LockstepException;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.CreateTableRequest;
import software.amazon.awssdk.services.dynamodb.model.GlobalSecondaryIndex;
import software.amazon.awssdk.services.dynamodb.model.GlobalSecondaryIndexDescription;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.LocalSecondaryIndex;
import software.amazon.awssdk.services.dynamodb.model.LocalSecondaryIndexDescription;
import software.amazon.awssdk.services.dynamodb.model.Projection;
import software.amazon.awssdk.services.dynamodb.model.ProjectionType;
import software.amazon.awssdk.services.dynamodb.model.ProvisionedThroughput;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;
import software.amazon.awssdk.services.dynamodb.model.StreamViewType;
import software.amazon.awssdk.services.dynamodb.model.TableDescription;
import software.amazon.awssdk.services.dynamodb.model.Tag;

class TableCreationTest {
    private final TaggingClient client = new TaggingClient(TestDynamo.shared().client());

    private static TableRef unique(String prefix) {
        return TableRef.parse("us-east-1/" + prefix + "-" + UUID.randomUUID());
    }

    private static AttributeDefinition attribute(String name, ScalarAttributeType type) {
        return AttributeDefinition.builder()
                .attributeName(name)
                .attributeType(type)
                .build();
    }

    private static KeySchemaElement key(String name, KeyType type) {
        return KeySchemaElement.builder().attributeName(name).keyType(type).build();
    }

    private static ProvisionedThroughput units(long read, long write) {
        return ProvisionedThroughput.builder()
                .readCapacityUnits(read)
                .writeCapacityUnits(write)
                .build();
    }

    private DynamoTable model(Consumer<CreateTableRequest.Builder> settings) {
        String name = unique("model").name();
        client.createTable(r -> settings.accept(r.tableName(name)));
        return DynamoTable.open(client, name);
    }

    private static void plain(CreateTableRequest.Builder request) {
        request.keySchema(key("id", KeyType.HASH))
                .attributeDefinitions(attribute("id", ScalarAttributeType.S))
                .billingMode(BillingMode.PAY_PER_REQUEST);
    }

    private static void rich(CreateTableRequest.Builder request) {
        request.keySchema(key("id", KeyType.HASH), key("at", KeyType.RANGE))
                .attributeDefinitions(
                        attribute("id", ScalarAttributeType.B),
                        attribute("at", ScalarAttributeType.N),
                        attribute("by", ScalarAttributeType.S))
                .localSecondaryIndexes(LocalSecondaryIndex.builder()
                        .indexName("local-by")
                        .keySchema(key("id", KeyType.HASH), key("by", KeyType.RANGE))
                        .projection(Projection.builder()
                                .projectionType(ProjectionType.KEYS_ONLY)
                                .build())
                        .build())
                .streamSpecification(s -> s.streamEnabled(true).streamViewType(StreamViewType.OLD_IMAGE));
    }

    private static GlobalSecondaryIndex.Builder byIndex() {
        return GlobalSecondaryIndex.builder()
                .indexName("global-by")
                .keySchema(key("by", KeyType.HASH), key("at", KeyType.RANGE))
                .projection(Projection.builder()
                        .projectionType(ProjectionType.INCLUDE)
                        .nonKeyAttributes("x", "y")
                        .build());
    }

    private DynamoTable copyOf(DynamoTable model) {
        TableRef ref = unique("like");
        TableCreation.createLike(model, client, ref);
        return DynamoTable.open(client, ref);
    }

    private static void assertAlike(TableDescription a, TableDescription b) {
        assertThat(a.keySchema()).isEqualTo(b.keySchema());
        assertThat(a.attributeDefinitions()).containsExactlyInAnyOrderElementsOf(b.attributeDefinitions());
        assertThat(a.streamSpecification()).isEqualTo(b.streamSpecification());
        assertThat(a.localSecondaryIndexes())
                .extracting(
                        LocalSecondaryIndexDescription::indexName,
                        LocalSecondaryIndexDescription::keySchema,
                        LocalSecondaryIndexDescription::projection)
                .isEqualTo(b.localSecondaryIndexes().stream()
                        .map(i -> tuple(i.indexName(), i.keySchema(), i.projection()))
                        .toList());
        assertThat(a.globalSecondaryIndexes())
                .extracting(
                        GlobalSecondaryIndexDescription::indexName,
                        GlobalSecondaryIndexDescription::keySchema,
                        GlobalSecondaryIndexDescription::projection)
                .isEqualTo(b.globalSecondaryIndexes().stream()
                        .map(i -> tuple(i.indexName(), i.keySchema(), i.projection()))
                        .toList());
    }

    @Test
    void keysIndexesAndStreamOfAnOnDemandTableAreCarriedOver() {
        DynamoTable model = model(r -> {
            rich(r);
            r.billingMode(BillingMode.PAY_PER_REQUEST)
                    .globalSecondaryIndexes(byIndex().build());
        });
        DynamoTable like = copyOf(model);
        assertThat(like.keys()).isEqualTo(model.keys()).hasToString("id (B), at (N)");
        assertAlike(like.description(), model.description());
        assertThat(like.description().localSecondaryIndexes()).hasSize(1);
        assertThat(like.description().globalSecondaryIndexes()).hasSize(1);
        assertThat(like.description().streamSpecification().streamViewType()).isEqualTo(StreamViewType.OLD_IMAGE);
        assertThat(like.description().billingModeSummary().billingMode()).isEqualTo(BillingMode.PAY_PER_REQUEST);
    }

    @Test
    void capacityOfAProvisionedTableAndItsIndexesIsCarriedOver() {
        DynamoTable model = model(r -> {
            rich(r);
            r.provisionedThroughput(units(7, 3))
                    .globalSecondaryIndexes(
                            byIndex().provisionedThroughput(units(5, 2)).build());
        });
        TableDescription like = copyOf(model).description();
        assertAlike(like, model.description());
        assertThat(like.provisionedThroughput().readCapacityUnits()).isEqualTo(7);
        assertThat(like.provisionedThroughput().writeCapacityUnits()).isEqualTo(3);
        var index = like.globalSecondaryIndexes().get(0).provisionedThroughput();
        assertThat(List.of(index.readCapacityUnits(), index.writeCapacityUnits()))
                .containsExactly(5L, 2L);
    }

    @Test
    void aTableWithoutExtrasGetsNone() {
        DynamoTable like = copyOf(model(TableCreationTest::plain));
        assertThat(like.keys()).isEqualTo(BY_STRING);
        assertThat(like.description().hasGlobalSecondaryIndexes()).isFalse();
        assertThat(like.description().hasLocalSecondaryIndexes()).isFalse();
        assertThat(like.description().streamSpecification()).isNull();
        assertThat(like.timeToLiveAttribute()).isEmpty();
        assertThat(like.tags()).isEmpty();
    }

    @Test
    void timeToLiveIsCarriedOver() {
        DynamoTable model = model(TableCreationTest::plain);
        client.updateTimeToLive(r -> r.tableName(model.name())
                .timeToLiveSpecification(t -> t.attributeName("expires").enabled(true)));
        assertThat(model.timeToLiveAttribute()).contains("expires");
        assertThat(copyOf(model).timeToLiveAttribute()).contains("expires");
    }

    @Test
    void allTagsAreCarriedOverButThoseOfAwsItself() {
        DynamoTable model = model(TableCreationTest::plain);
        List<Tag> own = List.of(
                Tag.builder().key("team").value("blue").build(),
                Tag.builder().key("stage").value("").build());
        client.tagResource(r -> r.resourceArn(model.description().tableArn()).tags(own));
        client.tagResource(r -> r.resourceArn(model.description().tableArn())
                .tags(Tag.builder()
                        .key("aws:cloudformation:stack-id")
                        .value("x")
                        .build()));
        assertThat(copyOf(model).tags()).isEqualTo(own);
    }

    @Test
    void aTableThatIsThereIsNotMadeAgain() {
        DynamoTable model = model(TableCreationTest::plain);
        TableRef there = TableRef.parse("us-east-1/" + model.name());
        assertThatThrownBy(() -> TableCreation.createLike(model, client, there))
                .isInstanceOf(LockstepException.class)
                .hasMessageStartingWith("CreateTable " + there + ": ResourceInUseException");
    }

    @Test
    void aTableExistsOnceItIsMade() {
        TableRef ref = unique("exists");
        assertThat(TableCreation.find(client, ref)).isEmpty();
        TableCreation.createLike(model(TableCreationTest::plain), client, ref);
        assertThat(TableCreation.find(client, ref)).isPresent();
    }
}
