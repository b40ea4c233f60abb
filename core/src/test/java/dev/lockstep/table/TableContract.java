package dev.lockstep.table;

import static dev.lockstep.table.TestItems.BY_BINARY;
import static dev.lockstep.table.TestItems.BY_NUMBER;
import static dev.lockstep.table.TestItems.BY_STRING;
import static dev.lockstep.table.TestItems.BY_STRING_AND_NUMBER;
import static dev.lockstep.table.TestItems.b;
import static dev.lockstep.table.TestItems.bool;
import static dev.lockstep.table.TestItems.bs;
import static dev.lockstep.table.TestItems.bytes;
import static dev.lockstep.table.TestItems.delete;
import static dev.lockstep.table.TestItems.item;
import static dev.lockstep.table.TestItems.itemOfAttributes;
import static dev.lockstep.table.TestItems.itemOfBytes;
import static dev.lockstep.table.TestItems.items;
import static dev.lockstep.table.TestItems.key;
import static dev.lockstep.table.TestItems.l;
import static dev.lockstep.table.TestItems.m;
import static dev.lockstep.table.TestItems.n;
import static dev.lockstep.table.TestItems.nested;
import static dev.lockstep.table.TestItems.ns;
import static dev.lockstep.table.TestItems.nul;
import static dev.lockstep.table.TestItems.put;
import static dev.lockstep.table.TestItems.s;
import static dev.lockstep.table.TestItems.ss;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lockstep.LockstepException;
import dev.lockstep.table.Table.Consistency;
import dev.lockstep.table.Table.Page;
import dev.lockstep.table.Table.Swapped;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** What every {@link Table} does, in memory or in DynamoDB, near or behind a bad network. */
abstract class TableContract {
    private static final Segment WHOLE = new Segment(0, 1);

    /** A new, empty table. */
    abstract Table open(KeySchema schema);

    /** Whether a call may be made twice: then a conditional write can be refused because of itself, and is billed again. */
    boolean callsRepeat() {
        return false;
    }

    static void write(Table table, Item... items) {
        for (Item item : items) {
            assertThat(table.write(List.of(put(table.keys(), item)))).isEmpty();
        }
    }

    static void writeAll(Table table, List<Item> items) {
        for (int i = 0; i < items.size(); i += Table.MAX_WRITE) {
            List<Item> some = items.subList(i, Math.min(items.size(), i + Table.MAX_WRITE));
            assertThat(table.write(
                            some.stream().map(it -> put(table.keys(), it)).toList()))
                    .isEmpty();
        }
    }

    static @Nullable Item stored(Table table, Key key) {
        return table.read(List.of(key), Consistency.STRONG).items().get(key);
    }

    static List<Item> scan(Table table, Segment segment, int limit) {
        List<Item> all = new ArrayList<>();
        Key start = null;
        do {
            Page page = table.scan(segment, start, limit, Consistency.STRONG);
            if (limit > 0) {
                assertThat(page.items()).hasSizeLessThanOrEqualTo(limit);
            }
            all.addAll(page.items());
            start = page.next();
        } while (start != null);
        return all;
    }

    private void assertApplied(Swapped swapped, Write write) {
        boolean done = swapped.applied() || callsRepeat() && Objects.equals(swapped.found(), write.after());
        assertThat(done).as("applied: %s", swapped).isTrue();
    }

    private void assertUnits(double actual, double expected) {
        if (callsRepeat()) {
            assertThat(actual).isPositive();
        } else {
            assertThat(actual).isEqualTo(expected);
        }
    }

    private void assertRoundTrips(Item item) {
        Table table = open(BY_STRING);
        write(table, item);
        assertThat(stored(table, BY_STRING.keyOf(item.attributes()))).isEqualTo(item);
        assertThat(scan(table, WHOLE, 0)).containsExactly(item);
    }

    @Test
    void allTenTypesRoundTrip() {
        assertRoundTrips(item(
                "ten",
                Map.of(
                        "s", s("text"),
                        "n", n("-12.5"),
                        "b", b(0, 255, 128),
                        "ss", ss("b", "a"),
                        "ns", ns("2", "1", "-0.5"),
                        "bs", bs(bytes(2), bytes(1, 0)),
                        "bool", l(bool(true), bool(false)),
                        "null", nul(),
                        "l", l(s("x"), n("1"), l(), m(Map.of())),
                        "m", m(Map.of("k", m(Map.of("\u00e9 .#:", s("any name"))))))));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "12345678901234567890123456789012345678",
                "-0.00012345678901234567890123456789012345678",
                "1E-130",
                "-1E-130",
                "9.99E+125",
                "9.9999999999999999999999999999999999999E+125",
                "0",
                "1000"
            })
    void numbersKeepEveryDigit(String number) {
        assertRoundTrips(item("n", "n", n(number)));
    }

    @Test
    void negativeZeroIsZero() {
        Table table = open(BY_STRING);
        write(table, item("n", "n", n("-0")));
        assertThat(stored(table, key("n"))).isEqualTo(item("n", "n", n("0")));
    }

    @Test
    void emptyStringAndBinaryRoundTrip() {
        assertRoundTrips(item("e", Map.of("s", s(""), "b", b(), "ss", ss("", "x"), "bs", bs(bytes(), bytes(0)))));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"nul\0nul", "\u05d0\u202eback", "cr\r\nlf", "\ud83d\ude00\ud83c\uddea\ud83c\uddfa", "\"\\/", " "
            })
    void strangeKeysRoundTrip(String text) {
        Table table = open(BY_STRING);
        write(table, item(text, text, s(text)), item(text + text));
        assertThat(stored(table, key(text))).isEqualTo(item(text, text, s(text)));
        assertThat(scan(table, WHOLE, 1)).containsExactlyInAnyOrder(item(text, text, s(text)), item(text + text));
    }

    @Test
    void binaryKeysRoundTrip() {
        Table table = open(BY_BINARY);
        List<Item> items = IntStream.of(0, 1, 127, 128, 255)
                .mapToObj(i -> item(b(i, 0), Map.of()))
                .toList();
        writeAll(table, items);
        assertThat(scan(table, WHOLE, 2)).containsExactlyInAnyOrderElementsOf(items);
        assertThat(stored(table, BY_BINARY.keyOf(Map.of("id", b(128, 0))))).isEqualTo(items.get(3));
    }

    @Test
    void aNumberKeyIsFoundInAnySpelling() {
        Table table = open(BY_NUMBER);
        write(table, item(n("100"), Map.of()), item(n("-0.5"), Map.of()));
        Key respelled = BY_NUMBER.keyOf(Map.of("id", n("1E+2")));
        assertThat(table.read(List.of(respelled), Consistency.STRONG).items()).containsOnlyKeys(respelled);
        assertThat(scan(table, WHOLE, 1))
                .containsExactlyInAnyOrder(item(n("100"), Map.of()), item(n("-5E-1"), Map.of()));
    }

    @Test
    void valuesMayBe32LevelsDeep() {
        assertRoundTrips(item("deep", "v", nested(32)));
    }

    @Test
    void valuesOf33LevelsAreRefused() {
        Table table = open(BY_STRING);
        assertRefused(table, item("deep", "v", nested(33)));
    }

    @Test
    void anItemMayHold409600Bytes() {
        Item largest = itemOfBytes("large", Item.MAX_BYTES);
        assertThat(largest.size()).isEqualTo(409_600);
        assertRoundTrips(largest);
    }

    @Test
    void anItemOf409601BytesIsRefused() {
        Table table = open(BY_STRING);
        assertRefused(table, itemOfBytes("large", Item.MAX_BYTES + 1));
    }

    private static void assertRefused(Table table, Item item) {
        Write write = put(item);
        LockstepException batch = catchThrowableOfType(LockstepException.class, () -> table.write(List.of(write)));
        LockstepException single = catchThrowableOfType(
                LockstepException.class, () -> table.writeIf(write, Condition.unchanged(write, null)));
        assertThat(List.of(batch, single)).allSatisfy(e -> {
            assertThat(e.retryable()).isFalse();
            assertThat(e.problem()).startsWith("ValidationException");
            assertThat(e.getMessage()).hasSizeLessThan(1000);
        });
        assertThat(scan(table, WHOLE, 0)).isEmpty();
    }

    @Test
    void sizesOfNestedItemsAgreeWithTheLimit() {
        Map<String, AttributeValue> others = Map.of(
                "l", l(s("x"), nul(), bool(true)),
                "m", m(Map.of("k", n("-12345"), "\u00e9", b(1, 2))),
                "ss", ss("a", "bb"),
                "ns", ns("1", "22"),
                "n", n("123.45"));
        int filler = (int) (Item.MAX_BYTES - item("a", others).size() - 1);
        Table table = open(BY_STRING);
        Item fits = item("a", others).with(Item.of(Map.of("f", s("x".repeat(filler)))));
        Item over = item("a", others).with(Item.of(Map.of("f", s("x".repeat(filler + 1)))));
        assertThat(fits.size()).isEqualTo(Item.MAX_BYTES);
        assertRefused(table, over);
        write(table, fits);
        assertThat(stored(table, key("a"))).isEqualTo(fits);
    }

    @Test
    void segmentsAndPagesHoldEveryItemExactlyOnce() {
        Table table = open(BY_STRING);
        List<Item> items = items(120);
        writeAll(table, items);
        List<Item> seen = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            List<Item> segment = scan(table, new Segment(i, 3), 7);
            assertThat(segment).hasSizeBetween(10, 80);
            seen.addAll(segment);
        }
        assertThat(seen).containsExactlyInAnyOrderElementsOf(items);
    }

    @Test
    void itemsOfOnePartitionKeyAreInOneSegmentInOrder() {
        Table table = open(BY_STRING_AND_NUMBER);
        List<Item> items = IntStream.of(10, 9, -1, 100, 0)
                .mapToObj(i -> item("one", "at", n("" + i)))
                .toList();
        writeAll(table, items);
        List<List<Item>> full = IntStream.range(0, 4)
                .mapToObj(i -> scan(table, new Segment(i, 4), 2))
                .filter(found -> !found.isEmpty())
                .toList();
        assertThat(full).containsExactly(List.of(items.get(2), items.get(4), items.get(1), items.get(0), items.get(3)));
    }

    @Test
    void aScanGoesOnAfterItsStartKey() {
        Table table = open(BY_STRING);
        writeAll(table, items(30));
        List<Item> order = scan(table, WHOLE, 0);
        for (int i : List.of(0, 13, 28, 29)) {
            Key start = BY_STRING.keyOf(order.get(i).attributes());
            Page page = table.scan(WHOLE, start, 0, Consistency.STRONG);
            assertThat(page.items()).isEqualTo(order.subList(i + 1, 30));
        }
    }

    @Test
    void aScanGoesOnAfterAStartKeyWhoseItemIsGone() {
        Table table = open(BY_STRING);
        writeAll(table, items(10));
        List<Item> order = scan(table, WHOLE, 0);
        Key start = BY_STRING.keyOf(order.get(4).attributes());
        table.write(List.of(new Write.Delete(start)));
        assertThat(table.scan(WHOLE, start, 0, Consistency.STRONG).items()).isEqualTo(order.subList(5, 10));
    }

    @Test
    void aPageThatReachedItsLimitNamesWhereItEnded() {
        Table table = open(BY_STRING);
        writeAll(table, items(5));
        Page page = table.scan(WHOLE, null, 5, Consistency.STRONG);
        assertThat(page.items()).hasSize(5);
        assertThat(page.next()).isEqualTo(BY_STRING.keyOf(page.items().get(4).attributes()));
        assertThat(table.scan(WHOLE, page.next(), 5, Consistency.STRONG)).isEqualTo(new Page(List.of(), null));
    }

    @Test
    void aPageEndsAtOneMegabyte() {
        Table table = open(BY_STRING);
        List<Item> items = IntStream.range(0, 5)
                .mapToObj(i -> itemOfBytes("k" + i, 300_000))
                .toList();
        items.forEach(item -> write(table, item));
        Page first = table.scan(WHOLE, null, 0, Consistency.STRONG);
        assertThat(first.items()).hasSize(4);
        assertThat(first.next()).isNotNull();
        assertThat(scan(table, WHOLE, 0)).containsExactlyInAnyOrderElementsOf(items);
    }

    @Test
    void anEmptyTableIsOneEmptyPage() {
        assertThat(open(BY_STRING).scan(WHOLE, null, 0, Consistency.EVENTUAL)).isEqualTo(new Page(List.of(), null));
    }

    @Test
    void absentKeysAreInNoPartOfTheAnswer() {
        Table table = open(BY_STRING);
        write(table, item("there"));
        var found = table.read(List.of(key("absent"), key("there"), key("absent too")), Consistency.STRONG);
        assertThat(found.items()).containsExactly(Map.entry(key("there"), item("there")));
        assertThat(found.unprocessed()).isEmpty();
    }

    @Test
    void aBatchOf100KeysIsRead() {
        Table table = open(BY_STRING);
        writeAll(table, items(100));
        List<Key> keys = IntStream.range(0, 100).mapToObj(i -> key("k" + i)).toList();
        assertThat(table.read(keys, Consistency.EVENTUAL).items()).hasSize(100).containsOnlyKeys(keys);
    }

    @Test
    void aBatchPutsWholeItemsAndDeletes() {
        Table table = open(BY_STRING);
        write(table, item("changed", "old", s("x")), item("deleted"), item("kept"));
        table.write(List.of(
                put(item("changed", "new", s("y"))), delete("deleted"), put(item("added")), delete("never there")));
        assertThat(scan(table, WHOLE, 0))
                .containsExactlyInAnyOrder(item("changed", "new", s("y")), item("kept"), item("added"));
    }

    @Test
    void anAbsentItemIsCreated() {
        Table table = open(BY_STRING);
        Write write = put(item("a", "v", n("1")));
        assertApplied(table.writeIf(write, Condition.unchanged(write, null)), write);
        assertThat(stored(table, key("a"))).isEqualTo(write.after());
    }

    @Test
    void anItemThatTurnedUpIsFoundAndStays() {
        Table table = open(BY_STRING);
        Item there = item("a", Map.of("v", n("2"), "w", ss("x")));
        write(table, there);
        Write write = put(item("a", "v", n("1")));
        assertThat(table.writeIf(write, Condition.unchanged(write, null))).isEqualTo(new Swapped(false, there));
        assertThat(stored(table, key("a"))).isEqualTo(there);
    }

    @Test
    void anUnchangedItemIsReplaced() {
        Table table = open(BY_STRING);
        Item before = item("a", Map.of("v", n("1"), "gone", s("x")));
        write(table, before);
        Write write = put(item("a", Map.of("v", n("2"), "added", s("y"))));
        assertApplied(table.writeIf(write, Condition.unchanged(write, before)), write);
        assertThat(stored(table, key("a"))).isEqualTo(write.after());
    }

    @Test
    void aChangedItemIsFoundAndStays() {
        Table table = open(BY_STRING);
        Item now = item("a", "v", n("3"));
        write(table, now);
        Write write = put(item("a", "v", n("2")));
        Condition condition = Condition.unchanged(write, item("a", "v", n("1")));
        assertThat(table.writeIf(write, condition)).isEqualTo(new Swapped(false, now));
        assertThat(stored(table, key("a"))).isEqualTo(now);
    }

    @Test
    void anItemThatVanishedIsFoundToBeAbsent() {
        Table table = open(BY_STRING);
        Write write = put(item("a", "v", n("2")));
        Condition condition = Condition.unchanged(write, item("a", "v", n("1")));
        assertThat(table.writeIf(write, condition)).isEqualTo(new Swapped(false, null));
        assertThat(stored(table, key("a"))).isNull();
    }

    @Test
    void anAttributeThatNeitherSideNamesIsNotSeen() {
        Table table = open(BY_STRING);
        write(table, item("a", Map.of("v", n("1"), "unseen", s("x"))));
        Write write = put(item("a", "v", n("2")));
        assertApplied(table.writeIf(write, Condition.unchanged(write, item("a", "v", n("1")))), write);
        assertThat(stored(table, key("a"))).isEqualTo(write.after());
    }

    @Test
    void anAttributeToBeAddedMustBeAbsent() {
        Table table = open(BY_STRING);
        Item now = item("a", Map.of("v", n("1"), "added", s("already")));
        write(table, now);
        Write write = put(item("a", Map.of("v", n("1"), "added", s("x"))));
        Condition condition = Condition.unchanged(write, item("a", "v", n("1")));
        assertThat(table.writeIf(write, condition)).isEqualTo(new Swapped(false, now));
    }

    @Test
    void anAttributeThatIsNullIsNotAbsent() {
        Table table = open(BY_STRING);
        write(table, item("a", "added", nul()));
        Write write = put(item("a", "added", s("x")));
        assertThat(table.writeIf(write, Condition.unchanged(write, item("a"))))
                .isEqualTo(new Swapped(false, item("a", "added", nul())));
    }

    @Test
    void setsInAnotherOrderAndNumbersInAnotherSpellingAreUnchanged() {
        Table table = open(BY_STRING);
        write(
                table,
                item(
                        "a",
                        Map.of(
                                "ss", ss("x", "y", "z"),
                                "ns", ns("1", "20"),
                                "bs", bs(bytes(1), bytes(2)),
                                "n", n("100"),
                                "m", m(Map.of("l", l(n("0.5"), ns("3", "4")))))));
        Item respelled = item(
                "a",
                Map.of(
                        "ss", ss("z", "x", "y"),
                        "ns", ns("2E+1", "1.0"),
                        "bs", bs(bytes(2), bytes(1)),
                        "n", n("1.00E2"),
                        "m", m(Map.of("l", l(n("5E-1"), ns("4.0", "3"))))));
        Write write = put(item("a", "done", bool(true)));
        assertApplied(table.writeIf(write, Condition.unchanged(write, respelled)), write);
        assertThat(stored(table, key("a"))).isEqualTo(write.after());
    }

    @Test
    void listsInAnotherOrderHaveChanged() {
        Table table = open(BY_STRING);
        write(table, item("a", "l", l(n("1"), n("2"))));
        Write write = delete("a");
        Condition condition = Condition.unchanged(write, item("a", "l", l(n("2"), n("1"))));
        assertThat(table.writeIf(write, condition).applied()).isFalse();
    }

    @Test
    void anUnchangedItemIsDeleted() {
        Table table = open(BY_STRING);
        write(table, item("a", "v", n("1")));
        Write write = delete("a");
        assertApplied(table.writeIf(write, Condition.unchanged(write, item("a", "v", n("1.0")))), write);
        assertThat(stored(table, key("a"))).isNull();
    }

    @Test
    void aChangedItemIsNotDeleted() {
        Table table = open(BY_STRING);
        Item now = item("a", "v", n("2"));
        write(table, now);
        Write write = delete("a");
        assertThat(table.writeIf(write, Condition.unchanged(write, item("a", "v", n("1")))))
                .isEqualTo(new Swapped(false, now));
        assertThat(stored(table, key("a"))).isEqualTo(now);
    }

    @Test
    void oneAttributeAloneCanBeTheCondition() {
        Table table = open(BY_STRING);
        write(table, item("a", Map.of("version", n("7"), "other", s("x"))));
        Write write = put(item("a", "version", n("8")));
        assertThat(table.writeIf(write, Condition.attributeIs("version", n("6")))
                        .applied())
                .isFalse();
        assertApplied(table.writeIf(write, Condition.attributeIs("version", n("7.0"))), write);
        assertThat(stored(table, key("a"))).isEqualTo(write.after());
    }

    @Test
    void aConditionHasRoomFor150Attributes() {
        Table table = open(BY_STRING);
        Item wide = itemOfAttributes("a", 150);
        write(table, wide);
        Write write = delete("a");
        Condition condition = Condition.unchanged(write, wide);
        assertThat(condition.fits()).isTrue();
        assertApplied(table.writeIf(write, condition), write);
    }

    @Test
    void attributesToBeAddedTakeRoomInAConditionToo() {
        Table table = open(BY_STRING);
        Item before = itemOfAttributes("a", 50);
        write(table, before);
        Write write = put(itemOfAttributes("a", 150));
        Condition condition = Condition.unchanged(write, before);
        assertThat(condition.absent()).hasSize(100);
        assertThat(condition.fits()).isTrue();
        assertApplied(table.writeIf(write, condition), write);
        assertThat(Condition.unchanged(put(itemOfAttributes("a", 151)), before).fits())
                .isFalse();
    }

    @Test
    void aConditionHasNoRoomFor151Attributes() {
        Table table = open(BY_STRING);
        Item wide = itemOfAttributes("a", 151);
        write(table, wide);
        Write write = delete("a");
        Condition condition = Condition.unchanged(write, wide);
        assertThat(condition.fits()).isFalse();
        assertThatThrownBy(() -> table.writeIf(write, condition))
                .isInstanceOf(LockstepException.class)
                .hasMessageContaining("too many operators");
        assertThat(stored(table, key("a"))).isEqualTo(wide);
    }

    @Test
    void aLoneSurrogateIsRefusedBeforeAnythingIsSent() {
        Table table = open(BY_STRING);
        Map<String, Long> before = table.usage().requests();
        for (AttributeValue value :
                List.of(s("\ud83d"), s("x\ude00x"), ss("a", "\ud800"), l(m(Map.of("\udc00", n("1")))))) {
            Write bad = put(item("culprit", "v", value));
            assertThatThrownBy(() -> table.write(List.of(put(item("good")), bad)))
                    .isInstanceOf(InvalidItemException.class)
                    .hasMessageContaining("culprit")
                    .hasMessageContaining("lone surrogate");
            assertThatThrownBy(() -> table.writeIf(bad, Condition.unchanged(bad, null)))
                    .isInstanceOf(LockstepException.class)
                    .hasMessageContaining("culprit");
        }
        assertThat(table.usage().requests()).isEqualTo(before);
        assertThat(scan(table, WHOLE, 0)).isEmpty();
    }

    @Test
    void writesAreBilledByTheKilobyte() {
        Table table = open(BY_STRING);
        write(table, itemOfBytes("a", 1024), itemOfBytes("b", 1025), itemOfBytes("c", 5000));
        assertUnits(table.usage().writeUnits(), 1 + 2 + 5);
        table.write(List.of(delete("c"), put(itemOfBytes("b", 100))));
        assertUnits(table.usage().writeUnits(), 8 + 5 + 2);
    }

    @Test
    void readsAreBilledByFourKilobytesEachAndHalfWhereEventual() {
        Table table = open(BY_STRING);
        write(table, itemOfBytes("a", 200), itemOfBytes("b", 4097));
        List<Key> both = List.of(key("a"), key("b"));
        table.read(both, Consistency.STRONG);
        assertUnits(table.usage().readUnits(), 3);
        table.read(both, Consistency.EVENTUAL);
        assertUnits(table.usage().readUnits(), 3 + 1.5);
    }

    @Test
    void scansAreBilledByTheSumOfAPage() {
        Table table = open(BY_STRING);
        writeAll(table, items(40));
        long bytes = items(40).stream().mapToLong(Item::size).sum();
        assertThat(bytes).isLessThan(4096);
        table.scan(WHOLE, null, 0, Consistency.EVENTUAL);
        assertUnits(table.usage().readUnits(), 0.5);
        table.scan(WHOLE, null, 0, Consistency.STRONG);
        assertUnits(table.usage().readUnits(), 0.5 + 1);
    }

    @Test
    void absentItemsAndEmptyPagesAreBilledToo() {
        Table table = open(BY_STRING);
        table.read(List.of(key("absent"), key("absent too")), Consistency.EVENTUAL);
        assertUnits(table.usage().readUnits(), 1);
        table.scan(WHOLE, null, 0, Consistency.STRONG);
        assertUnits(table.usage().readUnits(), 1 + 1);
    }

    @Test
    void aRefusedConditionalWriteIsBilledToo() {
        Table table = open(BY_STRING);
        write(table, itemOfBytes("a", 1024));
        Write write = put(itemOfBytes("a", 3000));
        table.writeIf(write, Condition.unchanged(write, null));
        assertUnits(table.usage().writeUnits(), 1 + 3);
        Write larger = put(itemOfBytes("a", 2000));
        assertApplied(table.writeIf(larger, Condition.unchanged(larger, itemOfBytes("a", 1024))), larger);
        assertUnits(table.usage().writeUnits(), 4 + 2);
    }

    @Test
    void requestsAreCountedByApi() {
        Table table = open(BY_STRING);
        write(table, item("a"), item("b"));
        stored(table, key("a"));
        scan(table, WHOLE, 0);
        Write absent = delete("c");
        table.writeIf(absent, Condition.unchanged(absent, null));
        Write put = put(item("d"));
        table.writeIf(put, Condition.unchanged(put, null));
        Map<String, Long> requests = table.usage().requests();
        Map<String, Long> expected =
                Map.of("BatchWriteItem", 2L, "BatchGetItem", 1L, "Scan", 1L, "DeleteItem", 1L, "PutItem", 1L);
        expected.forEach((api, count) -> assertUnits(requests.getOrDefault(api, 0L), count));
    }

    @Test
    void tablesHaveIdsOfTheirOwn() {
        assertThat(open(BY_STRING).id()).isNotEqualTo(open(BY_STRING).id());
    }

    @Test
    void aTableTellsItsKeys() {
        assertThat(open(BY_STRING_AND_NUMBER).keys()).isEqualTo(BY_STRING_AND_NUMBER);
        assertThat(open(BY_BINARY).keys()).isEqualTo(BY_BINARY);
    }
}
