package dev.lockstep.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BatchGetItemResponse;
import software.amazon.awssdk.services.dynamodb.model.BatchWriteItemResponse;
import software.amazon.awssdk.services.dynamodb.model.KeysAndAttributes;
import software.amazon.awssdk.services.dynamodb.model.ScanResponse;
import software.amazon.awssdk.services.dynamodb.model.WriteRequest;
import tools.jackson.databind.node.ObjectNode;

/** Faults that answer with success, but not with all of it. */
class AnswerFaultTest {
    private final Rig rig = new Rig();

    @AfterEach
    void close() {
        rig.close();
    }

    @ParameterizedTest
    @CsvSource({"25, 0.4, 10", "25, 0, 1", "25, 1, 24", "2, 1, 1", "2, 0.1, 1", "1, 0.5, 1"})
    void unprocessedItemsAndStoredItemsAddUp(int entries, double fraction, int unprocessed) {
        rig.proxy.on("BatchWriteItem").inject(Fault.unprocessed(fraction));

        BatchWriteItemResponse answer = write(Rig.puts(entries, 10));

        assertThat(answer.unprocessedItems().get(rig.table)).hasSize(unprocessed);
        assertThat(rig.count()).isEqualTo(entries - unprocessed);
        assertThat(rig.proxy.stats().unprocessed()).isEqualTo(unprocessed);
    }

    @Test
    void onlyTheUnprocessedRestIsLeftToSend() {
        rig.proxy.on("BatchWriteItem").times(2).inject(Fault.unprocessed(0.5));
        List<WriteRequest> rest = Rig.puts(25, 10);

        while (!rest.isEmpty()) {
            rest = write(rest).unprocessedItems().getOrDefault(rig.table, List.of());
        }

        assertThat(rig.count()).isEqualTo(25);
        assertThat(rig.proxy.stats().requests("BatchWriteItem")).isEqualTo(3);
        assertThat(rig.proxy.stats().writeUnits(rig.table)).isEqualTo(25);
    }

    @Test
    void entriesOfSeveralTablesAreWithheldFromTheEnd() {
        String other = rig.table + "-2";
        rig.create(other);
        rig.proxy.on("BatchWriteItem").inject(Fault.unprocessed(0.75));
        List<WriteRequest> two = Rig.puts(2, 10);

        BatchWriteItemResponse answer =
                rig.client.batchWriteItem(b -> b.requestItems(Map.of(rig.table, two, other, two)));

        int left =
                answer.unprocessedItems().values().stream().mapToInt(List::size).sum();
        int there = rig.direct.scan(s -> s.tableName(other)).count();
        assertThat(left).isEqualTo(3);
        assertThat(rig.count() + there).isEqualTo(1);
    }

    @Test
    void unprocessedKeysKeepTheirTablesProjectionAndConsistency() {
        IntStream.range(0, 4).forEach(i -> rig.putDirect("k" + i, 10));
        rig.proxy.on("BatchGetItem").inject(Fault.unprocessed(0.5));

        BatchGetItemResponse answer = rig.client.batchGetItem(b -> b.requestItems(Map.of(
                rig.table,
                KeysAndAttributes.builder()
                        .keys(IntStream.range(0, 4)
                                .mapToObj(i -> Rig.key("k" + i))
                                .toList())
                        .projectionExpression("pk")
                        .consistentRead(true)
                        .build())));

        assertThat(answer.responses().get(rig.table)).containsExactlyInAnyOrder(Rig.key("k0"), Rig.key("k1"));
        var left = answer.unprocessedKeys().get(rig.table);
        assertThat(left.keys()).containsExactly(Rig.key("k2"), Rig.key("k3"));
        assertThat(left.projectionExpression()).isEqualTo("pk");
        assertThat(left.consistentRead()).isTrue();
    }

    @Test
    void anEmptyPageLeadsOnFromTheSamePlace() {
        IntStream.range(0, 4).forEach(i -> rig.putDirect("k" + i, 10));
        FaultRule rule = rig.proxy.on("Scan").times(1).inject(Fault.emptyPage());

        ScanResponse first = rig.client.scan(s -> s.tableName(rig.table).limit(2));
        assertThat(first.count()).as("a first page passes").isEqualTo(2);
        assertThat(rule.injected()).isZero();

        ScanResponse empty = rig.client.scan(s -> s.tableName(rig.table).exclusiveStartKey(first.lastEvaluatedKey()));
        assertThat(empty.items()).isEmpty();
        assertThat(empty.lastEvaluatedKey()).isEqualTo(first.lastEvaluatedKey());

        ScanResponse rest = rig.client.scan(s -> s.tableName(rig.table).exclusiveStartKey(empty.lastEvaluatedKey()));
        assertThat(rest.count()).isEqualTo(2);
    }

    @Test
    void anEditCanPlantALoneSurrogateAndANumberTheStoreWouldNotKeep() {
        rig.putDirect("a", 10);
        rig.proxy.on("GetItem").inject(Fault.edit(answer -> plant(answer, "\ud83d", "1.50e1")));

        Map<String, AttributeValue> seen = rig.get("a");

        assertThat(seen.get("v").s()).isEqualTo("\ud83d");
        assertThat(seen.get("n").n()).isEqualTo("1.50e1");
    }

    @Test
    void anEditThatThrowsFailsTheCallAndTheClose() {
        rig.proxy.on("GetItem").inject(Fault.edit(answer -> {
            throw new IllegalArgumentException("no such attribute");
        }));

        assertThatThrownBy(() -> rig.get("a")).hasMessageContaining("no such attribute");
        assertThatThrownBy(rig.proxy::close).hasRootCauseMessage("no such attribute");
    }

    private BatchWriteItemResponse write(List<WriteRequest> requests) {
        return rig.client.batchWriteItem(b -> b.requestItems(Map.of(rig.table, requests)));
    }

    private static ObjectNode plant(ObjectNode answer, String text, String number) {
        ObjectNode item = (ObjectNode) answer.get("Item");
        item.putObject("v").put("S", text);
        item.putObject("n").put("N", number);
        return answer;
    }
}
