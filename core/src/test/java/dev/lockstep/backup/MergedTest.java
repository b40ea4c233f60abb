package dev.lockstep.backup;

import static dev.lockstep.table.TestItems.BY_NUMBER;
import static dev.lockstep.table.TestItems.BY_STRING;
import static dev.lockstep.table.TestItems.BY_STRING_AND_NUMBER;
import static dev.lockstep.table.TestItems.item;
import static dev.lockstep.table.TestItems.items;
import static dev.lockstep.table.TestItems.key;
import static dev.lockstep.table.TestItems.n;
import static dev.lockstep.table.TestItems.s;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lockstep.progress.Progress;
import dev.lockstep.table.Item;
import dev.lockstep.table.Key;
import dev.lockstep.table.KeySchema;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MergedTest {
    @TempDir
    Path temporary;

    private Merged prove(Source source, KeySchema keys, Predicate<Key> wanted) {
        return Merged.prove(source, keys, wanted, new ReadSettings(4, temporary), Progress.NONE);
    }

    /** What is handed on; fails where a key is handed on twice. */
    private static Map<Key, Optional<Item>> all(Merged merged) {
        Map<Key, Optional<Item>> found = new ConcurrentHashMap<>();
        merged.each(() -> new Merged.Taker() {
            @Override
            public void take(Key key, @Nullable Item item) {
                assertThat(found.put(key, Optional.ofNullable(item))).isNull();
            }

            @Override
            public void end() {}
        });
        return found;
    }

    private Map<Key, Optional<Item>> merged(Source source) {
        try (Merged merged = prove(source, BY_STRING, key -> true)) {
            Map<Key, Optional<Item>> first = all(merged);
            assertThat(all(merged)).isEqualTo(first);
            assertThat(merged.keys()).isEqualTo(first.size());
            return first;
        }
    }

    private static Item version(String id, int v) {
        return item(id, "v", n("" + v));
    }

    @Test
    void eachItemOfASingleLayerIsHandedOn() throws Exception {
        List<Item> items = items(1_000);
        Map<Key, Optional<Item>> found =
                merged(new MemorySource().items(items.subList(0, 300), items.subList(300, 1_000)));
        assertThat(found).hasSize(1_000);
        assertThat(found.values().stream().map(Optional::orElseThrow)).containsExactlyInAnyOrderElementsOf(items);
        try (var left = Files.list(temporary)) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void aLaterLayerWinsAndSoDoesItsDelete() {
        MemorySource source = new MemorySource()
                .items(List.of(version("a", 1), version("b", 1), version("c", 1)))
                .states(MemorySource.put(version("a", 2), ""), MemorySource.deleted(key("b"), ""))
                .states(MemorySource.put(version("d", 3), ""));
        assertThat(merged(source))
                .isEqualTo(Map.of(
                        key("a"), Optional.of(version("a", 2)),
                        key("b"), Optional.empty(),
                        key("c"), Optional.of(version("c", 1)),
                        key("d"), Optional.of(version("d", 3))));
    }

    @Test
    void withinALayerTheGreatestOrderWinsAsANumberOf40Digits() {
        String low = "0".repeat(20) + "9".repeat(20);
        String high = "9".repeat(39) + "8";
        String highest = "9".repeat(40);
        MemorySource source = new MemorySource()
                .states(
                        MemorySource.put(version("a", 3), highest),
                        MemorySource.put(version("a", 1), low),
                        MemorySource.put(version("a", 2), high),
                        MemorySource.put(version("a", 3), highest));
        assertThat(merged(source)).isEqualTo(Map.of(key("a"), Optional.of(version("a", 3))));
    }

    @Test
    void ofTwoStatesWithoutAnOrderTheLaterWins() {
        MemorySource source =
                new MemorySource().items(List.of(version("a", 1), version("a", 2)), List.of(version("a", 3)));
        assertThat(merged(source)).isEqualTo(Map.of(key("a"), Optional.of(version("a", 3))));
    }

    @Test
    void equalNumbersAreOneKeyHoweverTheyAreWritten() {
        MemorySource source = new MemorySource()
                .items(List.of(
                        Item.of(Map.of("id", n("1.0"), "v", s("old"))),
                        Item.of(Map.of("id", n("1E0"), "v", s("new")))));
        try (Merged merged = prove(source, BY_NUMBER, key -> true)) {
            assertThat(all(merged)).hasSize(1);
        }
    }

    @Test
    void aRandomHistoryComesDownToWhatAModelSays() {
        Random random = new Random(7);
        for (int round = 0; round < 30; round++) {
            Map<Key, Optional<Item>> model = new HashMap<>();
            MemorySource source = new MemorySource();
            for (int layer = 0; layer < 3; layer++) {
                List<ItemState> states = new ArrayList<>();
                for (int i = 0; i < 200; i++) {
                    String id = "k" + random.nextInt(60);
                    String order = String.format("%040d", layer * 1_000 + i);
                    boolean delete = random.nextInt(3) == 0;
                    Item item = version(id, random.nextInt());
                    states.add(delete ? MemorySource.deleted(key(id), order) : MemorySource.put(item, order));
                    model.put(key(id), delete ? Optional.empty() : Optional.of(item));
                }
                Collections.shuffle(states, random);
                source.states(states.toArray(ItemState[]::new));
            }
            assertThat(merged(source)).isEqualTo(model);
        }
    }

    @Test
    void nothingIsHandedOnOfADamagedSourceAndAllItsFaultsAreNamed() {
        Source source = new MemorySource().items(items(10)).damaged(items(3)).fault("gone", "it is missing");
        DamagedException fault =
                catchThrowableOfType(DamagedException.class, () -> prove(source, BY_STRING, key -> true));
        assertThat(fault.subject()).isEqualTo("gone");
        assertThat(fault.getSuppressed()).singleElement().asString().contains("its hash is another");
    }

    @Test
    void anItemThatLacksTheKeyOrHasItInAnotherTypeIsAFault() {
        for (Item wrong : List.of(Item.of(Map.of("other", s("x"))), Item.of(Map.of("id", n("7"))))) {
            assertThatThrownBy(() -> prove(new MemorySource().items(List.of(wrong)), BY_STRING, key -> true))
                    .isInstanceOf(DamagedException.class)
                    .hasMessageContaining("line 1")
                    .hasMessageContaining("key attribute");
        }
        ItemState mixed = new ItemState(Optional.of(Map.of("id", s("a"))), version("b", 1), "");
        assertThatThrownBy(() -> prove(new MemorySource().states(mixed), BY_STRING, key -> true))
                .isInstanceOf(DamagedException.class)
                .hasMessageContaining("another item");
    }

    @Test
    void onlyTheKeysThatAreWantedAreHandedOnButAllIsProved() {
        List<Item> items = items(100);
        try (Merged merged = prove(new MemorySource().items(items), BY_STRING, key("k7")::equals)) {
            assertThat(all(merged)).containsOnlyKeys(key("k7"));
            assertThat(merged.states()).isEqualTo(100);
            assertThat(merged.tellsOf(key("k7"))).isTrue();
            assertThat(merged.tellsOf(key("k8"))).isFalse();
        }
    }

    @Test
    void keysOfTwoAttributesAreNotMixedUp() {
        List<Item> items = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            items.add(Item.of(Map.of("id", s("a" + i % 5), "at", n("" + i / 5))));
        }
        AtomicInteger count = new AtomicInteger();
        try (Merged merged = prove(new MemorySource().items(items), BY_STRING_AND_NUMBER, key -> true)) {
            all(merged).values().forEach(item -> count.incrementAndGet());
        }
        assertThat(count).hasValue(50);
    }
}
