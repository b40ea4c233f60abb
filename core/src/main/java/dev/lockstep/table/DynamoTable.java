package dev.lockstep.table;

import static dev.lockstep.table.ServiceErrors.translated;

import dev.lockstep.LockstepException;
import dev.lockstep.capacity.Units;
import dev.lockstep.capacity.Usage;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.ConsumedCapacity;
import software.amazon.awssdk.services.dynamodb.model.DeleteRequest;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;
import software.amazon.awssdk.services.dynamodb.model.KeysAndAttributes;
import software.amazon.awssdk.services.dynamodb.model.ListTagsOfResourceResponse;
import software.amazon.awssdk.services.dynamodb.model.PutRequest;
import software.amazon.awssdk.services.dynamodb.model.ReturnConsumedCapacity;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;
import software.amazon.awssdk.services.dynamodb.model.TableDescription;
import software.amazon.awssdk.services.dynamodb.model.Tag;
import software.amazon.awssdk.services.dynamodb.model.TimeToLiveStatus;
import software.amazon.awssdk.services.dynamodb.model.WriteRequest;

/**
 * A table in DynamoDB, or in anything that speaks its protocol.
 *
 * <p>Give it a client whose own retries are off ({@code AwsRetryStrategy.doNotRetry()}) and that has an attempt
 * time-out: {@link RetryingTable} tries again, and says so. The client stays the caller's to close. Thread-safe.
 */
public final class DynamoTable implements Table {
    private static final String UNKNOWN_OPERATION = "UnknownOperationException";
    private static final Set<String> DENIALS = Set.of("AccessDeniedException", UNKNOWN_OPERATION);

    private final DynamoDbClient client;
    private final String label;
    private final String name;
    private final TableDescription description;
    private final KeySchema keys;
    private final Usage usage;

    private DynamoTable(DynamoDbClient client, String label, String name, TableDescription description, Usage usage) {
        this.client = client;
        this.label = label;
        this.name = name;
        this.description = description;
        this.keys = KeySchema.of(description);
        this.usage = usage;
    }

    /**
     * Opens a table by its name or ARN.
     *
     * @throws LockstepException where it does not exist, may not be described, or cannot be reached
     */
    public static DynamoTable open(DynamoDbClient client, String name) {
        return open(client, name, name);
    }

    /** Opens the table of a reference with a client that fits it; results and messages name it as the user wrote it. */
    public static DynamoTable open(DynamoDbClient client, TableRef ref) {
        return open(client, ref.text(), ref.name());
    }

    private static DynamoTable open(DynamoDbClient client, String label, String name) {
        Usage usage = new Usage();
        Attempts attempts = new Attempts("DescribeTable", label, RetryPolicy.BRIEF, RetryingTable.Listener.NONE);
        TableDescription description = attempts.until(() -> {
            usage.request("DescribeTable");
            TableDescription answer = translated(
                    "DescribeTable",
                    label,
                    () -> client.describeTable(r -> r.tableName(name)).table());
            requireBody(answer != null && answer.hasKeySchema(), "DescribeTable", label);
            return answer;
        });
        return new DynamoTable(client, label, name, description, usage);
    }

    @Override
    public String name() {
        return label;
    }

    /** DynamoDB Local gives no id; there the ARN and the time of creation tell a table from its successor. */
    @Override
    public String id() {
        return description.tableId() == null
                ? description.tableArn() + " " + description.creationDateTime()
                : description.tableId();
    }

    @Override
    public String arn() {
        return String.valueOf(description.tableArn());
    }

    @Override
    public String server() {
        if (description.tableId() != null) {
            return "";
        }
        return client.serviceClientConfiguration()
                .endpointOverride()
                .map(e -> (TableRef.onThisMachine(e) ? "localhost" : e.getHost()) + ":" + e.getPort())
                .orElse("");
    }

    /** The table as DescribeTable gave it when it was opened. */
    public TableDescription description() {
        return description;
    }

    /** The table as it is described, with what DynamoDB tells only when asked: its TTL and its tags. */
    public TableDocument document() {
        return new TableDocument(
                description,
                asked("DescribeTimeToLive", this::timeToLiveAttribute),
                asked("ListTagsOfResource", this::tags));
    }

    /**
     * The same, where TTL and tags may be kept from us.
     *
     * @param denied is told of what may not be asked; it is then empty in the document
     */
    public TableDocument document(Consumer<LockstepException> denied) {
        return new TableDocument(
                description,
                allowed("DescribeTimeToLive", this::timeToLiveAttribute, Optional.empty(), denied),
                allowed("ListTagsOfResource", this::tags, List.of(), denied));
    }

    private <T> T asked(String operation, Supplier<T> question) {
        return new Attempts(operation, label, RetryPolicy.BRIEF, RetryingTable.Listener.NONE).until(question);
    }

    private <T> T allowed(String operation, Supplier<T> question, T otherwise, Consumer<LockstepException> denied) {
        try {
            return asked(operation, question);
        } catch (LockstepException e) {
            if (e.getCause() instanceof DynamoDbException answer && isOneOf(answer, DENIALS)) {
                denied.accept(e);
                return otherwise;
            }
            throw e;
        }
    }

    /** Asks for the attribute by which items expire; empty where TTL is off. */
    public Optional<String> timeToLiveAttribute() {
        usage.request("DescribeTimeToLive");
        var ttl = translated("DescribeTimeToLive", label, () -> client.describeTimeToLive(r -> r.tableName(name)))
                .timeToLiveDescription();
        requireBody(ttl != null, "DescribeTimeToLive", label);
        boolean on = ttl.timeToLiveStatus() == TimeToLiveStatus.ENABLED
                || ttl.timeToLiveStatus() == TimeToLiveStatus.ENABLING;
        return on ? Optional.of(ttl.attributeName()) : Optional.empty();
    }

    /** Asks for the table's tags, without those that AWS reserves for itself. */
    public List<Tag> tags() {
        List<Tag> tags = new ArrayList<>();
        String[] page = new String[1];
        do {
            usage.request("ListTagsOfResource");
            Optional<ListTagsOfResourceResponse> some = tags(page[0]);
            if (some.isEmpty()) {
                return List.of();
            }
            ListTagsOfResourceResponse answer = some.get();
            answer.tags().stream().filter(t -> !t.key().startsWith("aws:")).forEach(tags::add);
            page[0] = answer.nextToken();
        } while (page[0] != null);
        return tags;
    }

    /** Empty where the store knows no tags, as DynamoDB Local does not. */
    private Optional<ListTagsOfResourceResponse> tags(@Nullable String page) {
        return translated("ListTagsOfResource", label, () -> {
            try {
                return Optional.of(client.listTagsOfResource(
                        r -> r.resourceArn(description.tableArn()).nextToken(page)));
            } catch (DynamoDbException e) {
                if (isOneOf(e, Set.of(UNKNOWN_OPERATION))) {
                    return Optional.empty();
                }
                throw e;
            }
        });
    }

    private static boolean isOneOf(DynamoDbException e, Set<String> codes) {
        return e.awsErrorDetails() != null
                && codes.contains(String.valueOf(e.awsErrorDetails().errorCode()));
    }

    @Override
    public KeySchema keys() {
        return keys;
    }

    @Override
    public Size size() {
        return new Size(
                Optional.ofNullable(description.itemCount()).orElse(0L),
                Optional.ofNullable(description.tableSizeBytes()).orElse(0L));
    }

    @Override
    public Usage usage() {
        return usage;
    }

    @Override
    public Page scan(Segment segment, @Nullable Key start, int limit, Consistency consistency) {
        usage.request("Scan");
        var answer = translated(
                "Scan",
                label,
                () -> client.scan(r -> r.tableName(name)
                        .segment(segment.index())
                        .totalSegments(segment.total())
                        .exclusiveStartKey(start == null ? null : start.attributes())
                        .limit(limit > 0 ? limit : null)
                        .consistentRead(consistency == Consistency.STRONG)
                        .returnConsumedCapacity(ReturnConsumedCapacity.TOTAL)));
        requireBody(answer.hasItems(), "Scan", label);
        usage.read(Math.max(units(answer.consumedCapacity()), Units.leastOfPage(consistency == Consistency.STRONG)));
        Map<String, AttributeValue> last = answer.lastEvaluatedKey();
        return new Page(answer.items().stream().map(Item::of).toList(), last.isEmpty() ? null : keys.keyOf(last));
    }

    @Override
    public Found read(Collection<Key> wanted, Consistency consistency) {
        wanted.forEach(key -> requireExact(key, Item.of(key.attributes()), "read"));
        usage.request("BatchGetItem");
        KeysAndAttributes request = KeysAndAttributes.builder()
                .keys(wanted.stream().map(Key::attributes).toList())
                .consistentRead(consistency == Consistency.STRONG)
                .build();
        var answer = translated(
                "BatchGetItem",
                label,
                () -> client.batchGetItem(r ->
                        r.requestItems(Map.of(name, request)).returnConsumedCapacity(ReturnConsumedCapacity.TOTAL)));
        requireBody(answer.hasResponses(), "BatchGetItem", label);
        Map<Key, Item> items = new HashMap<>();
        answer.responses().values().forEach(found -> found.forEach(item -> items.put(keys.keyOf(item), Item.of(item))));
        List<Key> unprocessed = answer.unprocessedKeys().values().stream()
                .flatMap(k -> k.keys().stream().map(keys::keyOf))
                .toList();
        long absent = wanted.size() - items.size() - unprocessed.size();
        double least = Units.keyedRead(
                items.values().stream().mapToLong(Item::size), absent, consistency == Consistency.STRONG);
        usage.read(Math.max(units(answer.consumedCapacity()), least));
        return new Found(items, unprocessed);
    }

    @Override
    public List<Write> write(List<Write> writes) {
        writes.forEach(this::requireExact);
        Map<Key, Write> byKey = writes.stream().collect(Collectors.toMap(Write::key, w -> w, (first, last) -> last));
        usage.request("BatchWriteItem");
        var answer = translated(
                "BatchWriteItem",
                label,
                () -> client.batchWriteItem(r -> r.requestItems(Map.of(
                                name, writes.stream().map(DynamoTable::request).toList()))
                        .returnConsumedCapacity(ReturnConsumedCapacity.TOTAL)));
        requireBody(answer.hasUnprocessedItems(), "BatchWriteItem", label);
        usage.wrote(units(answer.consumedCapacity()));
        return answer.unprocessedItems().values().stream()
                .flatMap(List::stream)
                .map(r -> byKey.get(keys.keyOf(
                        r.putRequest() != null
                                ? r.putRequest().item()
                                : r.deleteRequest().key())))
                .toList();
    }

    private static WriteRequest request(Write write) {
        WriteRequest.Builder request = WriteRequest.builder();
        Item after = write.after();
        return after == null
                ? request.deleteRequest(DeleteRequest.builder()
                                .key(write.key().attributes())
                                .build())
                        .build()
                : request.putRequest(
                                PutRequest.builder().item(after.attributes()).build())
                        .build();
    }

    @Override
    public Swapped writeIf(Write write, Condition condition) {
        requireExact(write);
        requireExact(write.key(), Item.of(condition.equal()), "write");
        ConditionExpression expression = new ConditionExpression(condition);
        Item after = write.after();
        String api = after == null ? "DeleteItem" : "PutItem";
        usage.request(api);
        return translated(api, label + " " + write.key(), () -> {
            try {
                usage.wrote(units(after == null ? delete(write.key(), expression) : put(after, expression)));
                return new Swapped(true, null);
            } catch (ConditionalCheckFailedException e) {
                return refused(e, after);
            }
        });
    }

    private ConsumedCapacity put(Item item, ConditionExpression condition) {
        return client.putItem(r -> r.tableName(name)
                        .item(item.attributes())
                        .conditionExpression(condition.text())
                        .expressionAttributeNames(condition.names())
                        .expressionAttributeValues(condition.values().isEmpty() ? null : condition.values())
                        .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD)
                        .returnConsumedCapacity(ReturnConsumedCapacity.TOTAL))
                .consumedCapacity();
    }

    private ConsumedCapacity delete(Key key, ConditionExpression condition) {
        return client.deleteItem(r -> r.tableName(name)
                        .key(key.attributes())
                        .conditionExpression(condition.text())
                        .expressionAttributeNames(condition.names())
                        .expressionAttributeValues(condition.values().isEmpty() ? null : condition.values())
                        .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD)
                        .returnConsumedCapacity(ReturnConsumedCapacity.TOTAL))
                .consumedCapacity();
    }

    /** A refused write is billed like the write of the larger item; the answer carries no figure, so it is reckoned. */
    private Swapped refused(ConditionalCheckFailedException e, @Nullable Item after) {
        Item found = e.hasItem() && !e.item().isEmpty() ? Item.of(e.item()) : null;
        long bytes = Math.max(found == null ? 0 : found.size(), after == null ? 0 : after.size());
        usage.wrote(Units.write(bytes));
        return new Swapped(false, found);
    }

    /** A success whose body got lost on the way reads as an empty answer; one that says nothing is not believed. */
    private static void requireBody(boolean there, String operation, String label) {
        if (!there) {
            throw new LockstepException(operation, label, "the answer came without its body", "", true, null);
        }
    }

    /** What the API is asked for: the table's name, or its ARN. */
    String tableName() {
        return name;
    }

    void requireExact(Write write) {
        Item after = write.after();
        requireExact(write.key(), after == null ? Item.of(write.key().attributes()) : after, "write");
    }

    /** What cannot be encoded the SDK would change without a word, and so mean another item. */
    private void requireExact(Key key, Item item, String operation) {
        if (!item.encodable()) {
            throw new InvalidItemException(
                    operation,
                    label + " " + key,
                    "the item holds a string with a lone surrogate, which cannot be stored exactly",
                    "Mend the item in the primary table",
                    null);
        }
    }

    private static double units(List<ConsumedCapacity> consumed) {
        return consumed.stream().mapToDouble(DynamoTable::units).sum();
    }

    private static double units(@Nullable ConsumedCapacity consumed) {
        return consumed == null || consumed.capacityUnits() == null ? 0 : consumed.capacityUnits();
    }
}
