package dev.lockstep.table;

import static dev.lockstep.table.ServiceErrors.translated;

import dev.lockstep.LockstepException;
import dev.lockstep.capacity.Pace;
import dev.lockstep.capacity.Units;
import dev.lockstep.capacity.Usage;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.CancellationReason;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.ConsumedCapacity;
import software.amazon.awssdk.services.dynamodb.model.Delete;
import software.amazon.awssdk.services.dynamodb.model.Put;
import software.amazon.awssdk.services.dynamodb.model.ReturnConsumedCapacity;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;
import software.amazon.awssdk.services.dynamodb.model.Update;

/**
 * Remembers, beside a replica, the order of the newest change of each item, and writes an item only together with it: in
 * one transaction, so that an older change that comes late, or again, is refused. A deleted item's row stays: it is what
 * keeps a late change from bringing the item back.
 *
 * <p>The replica's items themselves are left exactly as the primary's. The price is a transaction for each 25 changes
 * and four times the write units of a plain write (two rows, each charged double). Rows expire by TTL after the horizon:
 * no change may be replayed after that. Thread-safe.
 *
 * <pre>{@code {"id": "<replica>/<sha256 of the key>", "order": "…", "expires": epoch seconds}}</pre>
 */
public final class GuardTable {
    /** A write and the order of the change that it repeats. */
    public record Guarded(Write write, String order) {}

    /**
     * Writes that were not done.
     *
     * @param ties a change of the same order was applied before: this one again, or another at the same time
     * @param invalid items that cannot be written, with the reason
     */
    public record Answer(List<Guarded> ties, Map<Guarded, LockstepException> invalid) {}

    /** Changes a transaction: it takes two actions for each, and conflicts grow with its size. */
    private static final int SOME = 25;
    /** A write in a transaction costs so many times a plain one. */
    private static final int CHARGED = 2;

    private static final String NEWER = "attribute_not_exists(#o) OR #o < :o";
    private static final String NEWER_OR_SAME = "attribute_not_exists(#o) OR #o <= :o";

    private final DynamoDbClient client;
    private final String name;
    private final DynamoTable replica;
    private final Pace pace;
    private final Duration horizon;
    private final RetryPolicy policy;
    private final RetryingTable.Listener listener;

    /** Without a budget. */
    public GuardTable(
            DynamoDbClient client,
            String name,
            DynamoTable replica,
            Duration horizon,
            RetryPolicy policy,
            RetryingTable.Listener listener) {
        this(client, name, replica, Pace.unlimited(), horizon, policy, listener);
    }

    /**
     * @param client must reach both tables: transactions do not cross Regions
     * @param pace the budget of what is written to the replica; the guard's own rows are beside it
     * @param horizon how long after a change it, or an older one, may be replayed
     */
    public GuardTable(
            DynamoDbClient client,
            String name,
            DynamoTable replica,
            Pace pace,
            Duration horizon,
            RetryPolicy policy,
            RetryingTable.Listener listener) {
        this.client = client;
        this.name = name;
        this.replica = replica;
        this.pace = pace;
        this.horizon = horizon;
        this.policy = policy;
        this.listener = listener;
    }

    /** Makes the table, on demand and with TTL, where it is not there yet, and waits until it can be used. */
    public static void create(DynamoDbClient client, String name) {
        TableCreation.createRows(client, name);
        translated("UpdateTimeToLive", name, () -> {
            var known = client.describeTimeToLive(r -> r.tableName(name)).timeToLiveDescription();
            return known.attributeName() != null
                    ? known
                    : client.updateTimeToLive(r -> r.tableName(name)
                            .timeToLiveSpecification(
                                    t -> t.attributeName("expires").enabled(true)));
        });
    }

    /** Writes items whose changes are newer than what the guard knows; older ones are passed over as done. */
    public Answer write(List<Guarded> writes) {
        return write(writes, NEWER);
    }

    /** The same, for images that were read from the primary after a tie: a change of the same order may be replaced. */
    public Answer writeTied(List<Guarded> writes) {
        return write(writes, NEWER_OR_SAME);
    }

    private Answer write(List<Guarded> writes, String condition) {
        Answer answer = new Answer(new ArrayList<>(), new HashMap<>());
        Attempts attempts = new Attempts("TransactWriteItems", replica.name(), policy, listener);
        List<Guarded> left = new ArrayList<>(writes);
        while (!left.isEmpty()) {
            List<Guarded> some = List.copyOf(left.subList(0, Math.min(affordable(), left.size())));
            List<Guarded> again = attempts.until(() -> paced(some, condition, answer));
            left.subList(0, some.size()).clear();
            left.addAll(0, again);
            attempts.answered(again.size(), some.size());
        }
        return answer;
    }

    private int affordable() {
        return (int) Math.max(1, Math.min(SOME, pace.perCall() / CHARGED));
    }

    /** A transaction that was cancelled is charged too; how much, it does not tell. */
    private List<Guarded> paced(List<Guarded> some, String condition, Answer answer) {
        double known = CHARGED * some.stream().mapToDouble(GuardTable::units).sum();
        try (Pace.Turn turn = pace.turn(known, known)) {
            try {
                return transact(some, condition, answer, turn);
            } catch (LockstepException e) {
                if (ServiceErrors.throttled(e)) {
                    turn.settle(0);
                    turn.slow(1);
                }
                throw e;
            }
        }
    }

    private static double units(Guarded guarded) {
        Item after = guarded.write().after();
        return Units.write(after == null ? 0 : after.size());
    }

    /** One transaction; returns what must be tried again because something else stood in its way. */
    private List<Guarded> transact(List<Guarded> some, String condition, Answer answer, Pace.Turn turn) {
        some.forEach(g -> replica.requireExact(g.write()));
        replica.usage().request("TransactWriteItems");
        return translated("TransactWriteItems", replica.name(), () -> {
            try {
                var done = client.transactWriteItems(r -> r.transactItems(some.stream()
                                .flatMap(g -> Stream.of(guard(g, condition), action(g.write())))
                                .toList())
                        .returnConsumedCapacity(ReturnConsumedCapacity.TOTAL));
                if (done.hasConsumedCapacity()) {
                    replica.usage()
                            .wrote(done.consumedCapacity().stream()
                                    .mapToDouble(ConsumedCapacity::capacityUnits)
                                    .sum());
                    turn.settle(done.consumedCapacity().stream()
                            .filter(consumed -> !name.equals(consumed.tableName()))
                            .mapToDouble(ConsumedCapacity::capacityUnits)
                            .sum());
                }
                return List.of();
            } catch (TransactionCanceledException e) {
                return sort(some, e, answer);
            }
        });
    }

    private static List<Guarded> sort(List<Guarded> some, TransactionCanceledException e, Answer answer) {
        List<CancellationReason> reasons = e.cancellationReasons();
        if (reasons.size() != 2 * some.size()) {
            throw e;
        }
        List<Guarded> again = new ArrayList<>();
        for (int i = 0; i < some.size(); i++) {
            Guarded guarded = some.get(i);
            CancellationReason guard = reasons.get(2 * i);
            CancellationReason item = reasons.get(2 * i + 1);
            if ("ConditionalCheckFailed".equals(guard.code())) {
                AttributeValue known = guard.hasItem() ? guard.item().get("order") : null;
                if (known != null && guarded.order().equals(known.s())) {
                    answer.ties().add(guarded);
                }
            } else if ("ValidationError".equals(item.code()) || "ItemCollectionSizeLimitExceeded".equals(item.code())) {
                String problem = item.code() + ": " + item.message();
                answer.invalid()
                        .put(
                                guarded,
                                new InvalidItemException(
                                        "TransactWriteItems",
                                        String.valueOf(guarded.write().key()),
                                        problem,
                                        "",
                                        e));
            } else {
                again.add(guarded);
            }
        }
        return again;
    }

    private TransactWriteItem guard(Guarded guarded, String condition) {
        return TransactWriteItem.builder()
                .update(Update.builder()
                        .tableName(name)
                        .key(row(guarded.write().key()))
                        .updateExpression("SET #o = :o, #e = :e")
                        .conditionExpression(condition)
                        .expressionAttributeNames(Map.of("#o", "order", "#e", "expires"))
                        .expressionAttributeValues(values(guarded.order()))
                        .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD)
                        .build())
                .build();
    }

    private Map<String, AttributeValue> values(String order) {
        long expires = Instant.now().plus(horizon).getEpochSecond();
        return Map.of(":o", AttributeValue.fromS(order), ":e", AttributeValue.fromN(Long.toString(expires)));
    }

    private TransactWriteItem action(Write write) {
        Item after = write.after();
        String table = replica.tableName();
        return after == null
                ? TransactWriteItem.builder()
                        .delete(Delete.builder()
                                .tableName(table)
                                .key(write.key().attributes())
                                .build())
                        .build()
                : TransactWriteItem.builder()
                        .put(Put.builder()
                                .tableName(table)
                                .item(after.attributes())
                                .build())
                        .build();
    }

    /** Lets no change of this order or an older one pass any more, without touching the item. */
    public void raise(Key key, String order) {
        Attempts attempts = new Attempts("UpdateItem", name, policy, listener);
        attempts.until(() -> translated("UpdateItem", name, () -> {
            try {
                return client.updateItem(r -> r.tableName(name)
                        .key(row(key))
                        .updateExpression("SET #o = :o, #e = :e")
                        .conditionExpression(NEWER)
                        .expressionAttributeNames(Map.of("#o", "order", "#e", "expires"))
                        .expressionAttributeValues(values(order)));
            } catch (ConditionalCheckFailedException e) {
                return null;
            }
        }));
    }

    private Map<String, AttributeValue> row(Key key) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256")
                    .digest(ItemJson.write(key.attributes()).getBytes(StandardCharsets.UTF_8));
            return Map.of(
                    "id",
                    AttributeValue.fromS(
                            replica.tableName() + "/" + HexFormat.of().formatHex(digest)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What the transactions on the replica consumed. */
    public Usage usage() {
        return replica.usage();
    }
}
