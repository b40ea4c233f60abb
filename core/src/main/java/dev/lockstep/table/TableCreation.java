package dev.lockstep.table;

import static dev.lockstep.table.ServiceErrors.translated;
import static software.amazon.awssdk.services.dynamodb.model.StreamViewType.NEW_AND_OLD_IMAGES;

import dev.lockstep.InvalidSettingsException;
import dev.lockstep.LockstepException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.retries.api.BackoffStrategy;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.CreateTableRequest;
import software.amazon.awssdk.services.dynamodb.model.CreateTableResponse;
import software.amazon.awssdk.services.dynamodb.model.GlobalSecondaryIndex;
import software.amazon.awssdk.services.dynamodb.model.GlobalSecondaryIndexDescription;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.LocalSecondaryIndex;
import software.amazon.awssdk.services.dynamodb.model.LocalSecondaryIndexDescription;
import software.amazon.awssdk.services.dynamodb.model.ProvisionedThroughput;
import software.amazon.awssdk.services.dynamodb.model.ProvisionedThroughputDescription;
import software.amazon.awssdk.services.dynamodb.model.ResourceInUseException;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;
import software.amazon.awssdk.services.dynamodb.model.StreamSpecification;
import software.amazon.awssdk.services.dynamodb.model.TableDescription;

/**
 * Makes a table like another: keys, indexes, billing mode and capacity, table class, stream, TTL and tags. Encryption keys,
 * backups, alarms, auto scaling and policies belong to an account and Region and are not carried over.
 */
public final class TableCreation {
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(15);
    private static final KeyAttribute ROW = new KeyAttribute("id", ScalarAttributeType.S);

    private TableCreation() {}

    /** Whether the reference names a table that is there. */
    public static Optional<DynamoTable> find(DynamoDbClient client, TableRef ref) {
        try {
            return Optional.of(DynamoTable.open(client, ref));
        } catch (UnknownTableException e) {
            return Optional.empty();
        }
    }

    /** Creates the table {@code ref} like {@code model} and waits until it can be used. */
    public static void createLike(DynamoTable model, DynamoDbClient client, TableRef ref) {
        create(model.document(), client, ref);
    }

    /**
     * Creates the table {@code ref} as the document describes one, whatever its name was, and waits until it can be used.
     *
     * @throws LockstepException where there is such a table, or the service refuses the description
     */
    public static void create(TableDocument model, DynamoDbClient client, TableRef ref) {
        String name = ref.name();
        translated("CreateTable", ref.text(), () -> client.createTable(request(model.description(), name)));
        await(client, ref.text(), name);
        model.timeToLive()
                .ifPresent(attribute -> translated(
                        "UpdateTimeToLive",
                        ref.text(),
                        () -> client.updateTimeToLive(r -> r.tableName(name)
                                .timeToLiveSpecification(
                                        t -> t.attributeName(attribute).enabled(true)))));
        if (!model.tags().isEmpty()) {
            String arn = DynamoTable.open(client, ref).description().tableArn();
            translated(
                    "TagResource",
                    ref.text(),
                    () -> client.tagResource(r -> r.resourceArn(arn).tags(model.tags())));
        }
    }

    /**
     * Makes a table of rows for ourselves, on demand, its only key attribute the string {@code id}, where it is not there
     * yet; waits until it can be used.
     */
    public static void createRows(DynamoDbClient client, String name) {
        translated("CreateTable", name, () -> {
            try {
                return client.createTable(r -> r.tableName(name)
                        .billingMode(BillingMode.PAY_PER_REQUEST)
                        .attributeDefinitions(AttributeDefinition.builder()
                                .attributeName(ROW.name())
                                .attributeType(ROW.type())
                                .build())
                        .keySchema(KeySchemaElement.builder()
                                .attributeName(ROW.name())
                                .keyType(KeyType.HASH)
                                .build()));
            } catch (ResourceInUseException e) {
                return CreateTableResponse.builder().build();
            }
        });
        await(client, name, name);
        KeySchema keys = DynamoTable.open(client, name).keys();
        if (!keys.equals(new KeySchema(ROW, Optional.empty()))) {
            throw new InvalidSettingsException(
                    "open",
                    name,
                    "a table of this name is there, and it is not ours: its key is " + keys,
                    "Choose another name");
        }
    }

    private static void await(DynamoDbClient client, String label, String name) {
        translated(
                "DescribeTable",
                label,
                () -> client.waiter()
                        .waitUntilTableExists(
                                r -> r.tableName(name),
                                o -> o.backoffStrategyV2(BackoffStrategy.fixedDelay(Duration.ofSeconds(1)))
                                        .maxAttempts((int) LONGEST_WAIT.toSeconds())
                                        .waitTimeout(LONGEST_WAIT)));
    }

    /** Switches a table's stream on, with both images. */
    public static void enableStream(DynamoDbClient client, TableRef ref) {
        translated(
                "UpdateTable",
                ref.text(),
                () -> client.updateTable(r -> r.tableName(ref.name())
                        .streamSpecification(s -> s.streamEnabled(true).streamViewType(NEW_AND_OLD_IMAGES))));
        await(client, ref.text(), ref.name());
    }

    private static CreateTableRequest request(TableDescription like, String name) {
        boolean onDemand = onDemand(like);
        CreateTableRequest.Builder request = CreateTableRequest.builder()
                .tableName(name)
                .keySchema(like.keySchema())
                .attributeDefinitions(like.attributeDefinitions())
                .billingMode(onDemand ? BillingMode.PAY_PER_REQUEST : BillingMode.PROVISIONED);
        if (onDemand) {
            request.onDemandThroughput(like.onDemandThroughput());
        } else {
            request.provisionedThroughput(throughput(like.provisionedThroughput()));
        }
        if (like.tableClassSummary() != null) {
            request.tableClass(like.tableClassSummary().tableClass());
        }
        if (like.hasGlobalSecondaryIndexes()) {
            request.globalSecondaryIndexes(like.globalSecondaryIndexes().stream()
                    .map(i -> global(i, onDemand))
                    .toList());
        }
        if (like.hasLocalSecondaryIndexes()) {
            request.localSecondaryIndexes(like.localSecondaryIndexes().stream()
                    .map(TableCreation::local)
                    .toList());
        }
        if (like.streamSpecification() != null
                && Boolean.TRUE.equals(like.streamSpecification().streamEnabled())) {
            request.streamSpecification(StreamSpecification.builder()
                    .streamEnabled(true)
                    .streamViewType(like.streamSpecification().streamViewType())
                    .build());
        }
        return request.build();
    }

    /** A description that tells no billing mode and no capacity either is of no provisioned table. */
    private static boolean onDemand(TableDescription like) {
        return like.billingModeSummary() == null
                ? !provisioned(like.provisionedThroughput())
                : like.billingModeSummary().billingMode() == BillingMode.PAY_PER_REQUEST;
    }

    private static boolean provisioned(@Nullable ProvisionedThroughputDescription capacity) {
        return capacity != null
                && capacity.readCapacityUnits() != null
                && capacity.writeCapacityUnits() != null
                && capacity.readCapacityUnits() > 0
                && capacity.writeCapacityUnits() > 0;
    }

    private static GlobalSecondaryIndex global(GlobalSecondaryIndexDescription like, boolean onDemand) {
        GlobalSecondaryIndex.Builder index = GlobalSecondaryIndex.builder()
                .indexName(like.indexName())
                .keySchema(like.keySchema())
                .projection(like.projection());
        return (onDemand
                        ? index.onDemandThroughput(like.onDemandThroughput())
                        : index.provisionedThroughput(throughput(like.provisionedThroughput())))
                .build();
    }

    private static LocalSecondaryIndex local(LocalSecondaryIndexDescription like) {
        return LocalSecondaryIndex.builder()
                .indexName(like.indexName())
                .keySchema(like.keySchema())
                .projection(like.projection())
                .build();
    }

    /** Where a description tells no capacity, the least that there is. */
    private static ProvisionedThroughput throughput(@Nullable ProvisionedThroughputDescription like) {
        boolean told = provisioned(like);
        return ProvisionedThroughput.builder()
                .readCapacityUnits(told && like != null ? like.readCapacityUnits() : 1)
                .writeCapacityUnits(told && like != null ? like.writeCapacityUnits() : 1)
                .build();
    }
}
