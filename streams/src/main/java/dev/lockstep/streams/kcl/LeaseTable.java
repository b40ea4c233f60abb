package dev.lockstep.streams.kcl;

import dev.lockstep.CancelledException;
import dev.lockstep.InvalidSettingsException;
import dev.lockstep.LockstepException;
import dev.lockstep.Pause;
import dev.lockstep.table.ServiceErrors;
import dev.lockstep.table.UnknownTableException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.CreateTableRequest;
import software.amazon.awssdk.services.dynamodb.model.DeleteItemRequest;
import software.amazon.awssdk.services.dynamodb.model.GetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.GetItemResponse;
import software.amazon.awssdk.services.dynamodb.model.GlobalSecondaryIndex;
import software.amazon.awssdk.services.dynamodb.model.GlobalSecondaryIndexDescription;
import software.amazon.awssdk.services.dynamodb.model.IndexStatus;
import software.amazon.awssdk.services.dynamodb.model.ProjectionType;
import software.amazon.awssdk.services.dynamodb.model.ProvisionedThroughput;
import software.amazon.awssdk.services.dynamodb.model.ResourceInUseException;
import software.amazon.awssdk.services.dynamodb.model.ScanRequest;
import software.amazon.awssdk.services.dynamodb.model.ScanResponse;
import software.amazon.awssdk.services.dynamodb.model.TableDescription;
import software.amazon.awssdk.services.dynamodb.model.TableStatus;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemRequest;
import software.amazon.awssdk.services.dynamodb.model.UpdateTableRequest;
import software.amazon.kinesis.leases.dynamodb.DynamoDBLeaseSerializer;
import software.amazon.kinesis.retrieval.kpl.ExtendedSequenceNumber;

/**
 * KCL's table of leases, as far as it is our affair: made before KCL starts (KCL waits ten seconds for an index), pinned
 * where a lease says "the newest", given back at the end. Thread-safe; blocks the caller.
 *
 * <p>Rows are KCL's; ours are two attributes:
 *
 * <pre>{@code
 * {"leaseKey": shard, "checkpoint": sequence | TRIM_HORIZON | LATEST | SHARD_END, "leaseOwner": worker,
 *  "leaseCounter": n, …, "lockstepPinned": millis, "lockstepAnywhere": true}
 * }</pre>
 */
final class LeaseTable {
    private static final String INDEX = "LeaseOwnerToLeaseKeyIndex";
    private static final String KEY = DynamoDBLeaseSerializer.LEASE_KEY_KEY;
    private static final String OWNER = "leaseOwner";
    private static final String COUNTER = "leaseCounter";
    private static final String CHECKPOINT = "checkpoint";
    private static final String TYPE = DynamoDBLeaseSerializer.ENTITY_TYPE_ATTRIBUTE_NAME;
    private static final String LEASE_TYPE = "LEASE";
    private static final String LEADER = "ownerName";
    private static final String PINNED = "lockstepPinned";
    private static final String ANYWHERE = "lockstepAnywhere";
    private static final String LATEST = ExtendedSequenceNumber.LATEST.sequenceNumber();
    private static final String TRIM_HORIZON = ExtendedSequenceNumber.TRIM_HORIZON.sequenceNumber();
    private static final Duration LOOK = Duration.ofMillis(200);

    private final DynamoDbAsyncClient client;
    private final String table;

    /**
     * A lease as it is in the table.
     *
     * @param owner empty where nobody holds it
     * @param anywhere whether it may begin with whatever is left of the shard
     */
    record Row(String shardId, String checkpoint, Optional<String> owner, long counter, boolean anywhere) {
        boolean finished() {
            return checkpoint.equals(ExtendedSequenceNumber.SHARD_END.sequenceNumber());
        }

        /** Whether it would be a loss if the shard was dropped now. */
        boolean unread() {
            return !finished() && !(anywhere && checkpoint.equals(TRIM_HORIZON));
        }

        boolean unpinned() {
            return checkpoint.equals(LATEST);
        }
    }

    /** All leases, and who is the leader. */
    record Rows(List<Row> leases, Optional<String> leader) {
        Map<String, String> positions() {
            return leases.stream().collect(Collectors.toMap(Row::shardId, Row::checkpoint));
        }

        /** The positions of shards that have yet to be read to their ends. */
        Map<String, String> unread() {
            return leases.stream().filter(Row::unread).collect(Collectors.toMap(Row::shardId, Row::checkpoint));
        }
    }

    LeaseTable(DynamoDbAsyncClient client, String table) {
        this.client = client;
        this.table = table;
    }

    /**
     * Makes the table where there is none, and its index where that is missing, as in tables of KCL before its version 3;
     * returns when both can be used.
     */
    void create() {
        Optional<TableDescription> found = found();
        if (found.isEmpty()) {
            unlessMeanwhile("CreateTable", () -> client.createTable(definition()));
        } else if (index(found.get()).isEmpty()) {
            awaitActive();
            unlessMeanwhile("UpdateTable", () -> client.updateTable(addingIndex(found.get())));
        }
        while (!found().map(LeaseTable::ready).orElse(false)) {
            pause();
        }
    }

    private Optional<TableDescription> found() {
        try {
            TableDescription found = call("DescribeTable", () -> client.describeTable(r -> r.tableName(table)))
                    .table();
            requireOurs(found);
            return Optional.of(found);
        } catch (UnknownTableException e) {
            return Optional.empty();
        }
    }

    private void awaitActive() {
        while (!found().map(t -> t.tableStatus() == TableStatus.ACTIVE).orElse(false)) {
            pause();
        }
    }

    /** Another process of the name may do the same at the same time. */
    private <T> void unlessMeanwhile(String operation, Supplier<CompletableFuture<T>> change) {
        try {
            call(operation, change);
        } catch (LockstepException e) {
            boolean meanwhile = e.getCause() instanceof ResourceInUseException
                    || found().flatMap(LeaseTable::index).isPresent();
            if (!meanwhile) {
                throw e;
            }
        }
    }

    private static boolean ready(TableDescription found) {
        return found.tableStatus() == TableStatus.ACTIVE
                && index(found)
                        .filter(i -> i.indexStatus() == IndexStatus.ACTIVE)
                        .isPresent();
    }

    private static Optional<GlobalSecondaryIndexDescription> index(TableDescription found) {
        return found.globalSecondaryIndexes().stream()
                .filter(i -> i.indexName().equals(INDEX))
                .findFirst();
    }

    /** KCL would try for ever to keep leases in a table of another key. */
    private void requireOurs(TableDescription found) {
        boolean leases = found.keySchema().size() == 1
                && found.keySchema().get(0).attributeName().equals(KEY);
        if (!leases) {
            throw new InvalidSettingsException(
                    "open", table, "a table of this name is there, and it is none of leases", "Choose another --name");
        }
    }

    private CreateTableRequest definition() {
        DynamoDBLeaseSerializer kcl = new DynamoDBLeaseSerializer();
        Set<AttributeDefinition> attributes = new LinkedHashSet<>(kcl.getAttributeDefinitions());
        attributes.addAll(kcl.getWorkerIdToLeaseKeyIndexAttributeDefinitions());
        return CreateTableRequest.builder()
                .tableName(table)
                .billingMode(BillingMode.PAY_PER_REQUEST)
                .keySchema(kcl.getKeySchema())
                .attributeDefinitions(attributes)
                .globalSecondaryIndexes(GlobalSecondaryIndex.builder()
                        .indexName(INDEX)
                        .keySchema(kcl.getWorkerIdToLeaseKeyIndexKeySchema())
                        .projection(p -> p.projectionType(ProjectionType.KEYS_ONLY))
                        .build())
                .build();
    }

    /** The index of a table with capacity of its own has the same. */
    private UpdateTableRequest addingIndex(TableDescription found) {
        DynamoDBLeaseSerializer kcl = new DynamoDBLeaseSerializer();
        Set<AttributeDefinition> attributes = new LinkedHashSet<>(found.attributeDefinitions());
        attributes.addAll(kcl.getWorkerIdToLeaseKeyIndexAttributeDefinitions());
        boolean onDemand = found.billingModeSummary() != null
                && found.billingModeSummary().billingMode() == BillingMode.PAY_PER_REQUEST;
        ProvisionedThroughput capacity = onDemand
                ? null
                : ProvisionedThroughput.builder()
                        .readCapacityUnits(found.provisionedThroughput().readCapacityUnits())
                        .writeCapacityUnits(found.provisionedThroughput().writeCapacityUnits())
                        .build();
        return UpdateTableRequest.builder()
                .tableName(table)
                .attributeDefinitions(attributes)
                .globalSecondaryIndexUpdates(u -> u.create(c -> c.indexName(INDEX)
                        .keySchema(kcl.getWorkerIdToLeaseKeyIndexKeySchema())
                        .projection(p -> p.projectionType(ProjectionType.KEYS_ONLY))
                        .provisionedThroughput(capacity)))
                .build();
    }

    Rows rows() {
        List<Row> leases = new ArrayList<>();
        Optional<String> leader = Optional.empty();
        Map<String, AttributeValue> after = Map.of();
        do {
            ScanRequest.Builder request = ScanRequest.builder().tableName(table).consistentRead(true);
            if (!after.isEmpty()) {
                request.exclusiveStartKey(after);
            }
            ScanResponse page = call("Scan", () -> client.scan(request.build()));
            for (Map<String, AttributeValue> row : page.items()) {
                if (isLease(row)) {
                    leases.add(lease(row));
                } else {
                    leader = leader.or(() -> text(row, LEADER));
                }
            }
            after = page.hasLastEvaluatedKey() ? page.lastEvaluatedKey() : Map.of();
        } while (!after.isEmpty());
        return new Rows(List.copyOf(leases), leader);
    }

    private static boolean isLease(Map<String, AttributeValue> row) {
        return row.containsKey(CHECKPOINT) && text(row, TYPE).orElse(LEASE_TYPE).equals(LEASE_TYPE);
    }

    private static Optional<String> text(Map<String, AttributeValue> row, String name) {
        return Optional.ofNullable(row.get(name)).map(AttributeValue::s);
    }

    private static Row lease(Map<String, AttributeValue> row) {
        return new Row(
                text(row, KEY).orElse(""),
                text(row, CHECKPOINT).orElse(""),
                text(row, OWNER),
                Optional.ofNullable(row.get(COUNTER))
                        .map(n -> Long.parseLong(n.n()))
                        .orElse(0L),
                row.containsKey(ANYWHERE));
    }

    /** Takes note that the shard may begin with whatever is left of it: the name began with the oldest change. */
    void mayBeginAnywhere(String shardId) {
        conditionally(UpdateItemRequest.builder()
                .tableName(table)
                .key(key(shardId))
                .updateExpression("SET #anywhere = :yes")
                .conditionExpression("#checkpoint = :oldest")
                .expressionAttributeNames(Map.of("#anywhere", ANYWHERE, "#checkpoint", CHECKPOINT))
                .expressionAttributeValues(
                        Map.of(":yes", AttributeValue.fromBool(true), ":oldest", AttributeValue.fromS(TRIM_HORIZON)))
                .build());
    }

    boolean beginsAnywhere(String shardId) {
        return item(shardId).item().containsKey(ANYWHERE);
    }

    private GetItemResponse item(String shardId) {
        return call(
                "GetItem",
                () -> client.getItem(GetItemRequest.builder()
                        .tableName(table)
                        .key(key(shardId))
                        .consistentRead(true)
                        .build()));
    }

    /**
     * The moment from which this shard's changes count, where the name began with the newest change.
     *
     * <p>KCL leaves such a lease at "the newest" until its first checkpoint, so whoever takes over would begin anew and pass
     * over what came meanwhile. Called when the first iterator is taken, this makes the lease say "the oldest" and remembers
     * when: older records are left out.
     */
    Optional<Instant> pin(String shardId) {
        GetItemResponse found = item(shardId);
        if (found.hasItem() && found.item().containsKey(PINNED)) {
            return Optional.of(
                    Instant.ofEpochMilli(Long.parseLong(found.item().get(PINNED).n())));
        }
        if (!found.hasItem() || !text(found.item(), CHECKPOINT).equals(Optional.of(LATEST))) {
            return Optional.empty();
        }
        Instant now = ServiceTime.of(found).orElseGet(Instant::now);
        conditionally(UpdateItemRequest.builder()
                .tableName(table)
                .key(key(shardId))
                .updateExpression("SET #checkpoint = :oldest, #pinned = :now")
                .conditionExpression("#checkpoint = :newest")
                .expressionAttributeNames(Map.of("#checkpoint", CHECKPOINT, "#pinned", PINNED))
                .expressionAttributeValues(Map.of(
                        ":oldest", AttributeValue.fromS(TRIM_HORIZON),
                        ":newest", AttributeValue.fromS(LATEST),
                        ":now", AttributeValue.fromN(Long.toString(now.toEpochMilli()))))
                .build());
        return Optional.of(now);
    }

    /** Lets others take this worker's leases at once, and keeps its leader from giving it new ones. */
    void giveBack(String worker) {
        for (Row row : rows().leases()) {
            if (row.owner().equals(Optional.of(worker))) {
                conditionally(UpdateItemRequest.builder()
                        .tableName(table)
                        .key(key(row.shardId()))
                        .updateExpression("REMOVE #owner ADD #counter :one")
                        .conditionExpression("#owner = :worker")
                        .expressionAttributeNames(Map.of("#owner", OWNER, "#counter", COUNTER))
                        .expressionAttributeValues(
                                Map.of(":one", AttributeValue.fromN("1"), ":worker", AttributeValue.fromS(worker)))
                        .build());
            }
        }
    }

    /** Makes the leader forget that this worker is alive. */
    void signOff(String worker) {
        call(
                "DeleteItem",
                () -> client.deleteItem(DeleteItemRequest.builder()
                        .tableName(table)
                        .key(key(worker))
                        .build()));
    }

    private void conditionally(UpdateItemRequest request) {
        try {
            call("UpdateItem", () -> client.updateItem(request));
        } catch (LockstepException e) {
            if (!(e.getCause() instanceof ConditionalCheckFailedException)) {
                throw e;
            }
        }
    }

    private static Map<String, AttributeValue> key(String id) {
        return Map.of(KEY, AttributeValue.fromS(id));
    }

    private <T> T call(String operation, Supplier<CompletableFuture<T>> call) {
        return ServiceErrors.translated(operation, table, () -> await(operation, call.get()));
    }

    private <T> T await(String operation, CompletableFuture<T> answer) {
        try {
            return answer.get();
        } catch (InterruptedException e) {
            answer.cancel(true);
            Thread.currentThread().interrupt();
            throw new CancelledException(operation, table);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof SdkException sdk) {
                throw sdk;
            }
            throw new CompletionException(e.getCause());
        }
    }

    private void pause() {
        Pause.of(LOOK, "CreateTable", table);
    }
}
