package dev.lockstep.verify;

import static dev.lockstep.verify.Fixtures.filled;
import static dev.lockstep.verify.Fixtures.item;
import static dev.lockstep.verify.Fixtures.key;
import static dev.lockstep.verify.Fixtures.remove;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.table.ForwardingTable;
import dev.lockstep.table.Item;
import dev.lockstep.table.Key;
import dev.lockstep.table.MemoryTable;
import dev.lockstep.table.Segment;
import dev.lockstep.table.Table;
import dev.lockstep.verify.DiffResult.Counts;
import dev.lockstep.verify.Discrepancy.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Which differences are a write on its way: what the primary and the replicator do is told page by page, look by look. */
class SettleTest {
    private static final int ITEMS = 400;
    private static final int PAGE = 20;
    /** The one item that changes, where it stands in the scans. */
    private static final int BUSY = 207;

    private final MemoryTable primary = filled("primary", ITEMS).pagesOf(PAGE);
    private final MemoryTable replica = filled("replica", ITEMS).pagesOf(PAGE);
    private final List<Discrepancy> found = new ArrayList<>();

    /** @param behindTheScan before the replica's page, when the primary's of the same number has been read */
    private Counts diff(IntConsumer behindTheScan, IntConsumer beforeLook) {
        Semaphore passed = new Semaphore(0);
        Table scanned = new ForwardingTable(primary) {
            @Override
            public Page scan(Segment segment, Key start, int limit, Consistency consistency) {
                Page page = super.scan(segment, start, limit, consistency);
                passed.release(page.next() == null ? ITEMS : 1);
                return page;
            }
        };
        Table lookedAt = new ForwardingTable(replica) {
            private int pages;
            private int looks;

            @Override
            public Page scan(Segment segment, Key start, int limit, Consistency consistency) {
                passed.acquireUninterruptibly();
                behindTheScan.accept(++pages);
                return super.scan(segment, start, limit, consistency);
            }

            @Override
            public Found read(Collection<Key> keys, Consistency consistency) {
                if (consistency == Consistency.STRONG) {
                    beforeLook.accept(++looks);
                }
                return super.read(keys, consistency);
            }
        };
        DiffSettings settings =
                DiffSettings.DEFAULT.withSettle(Duration.ofMillis(50)).withSegments(1);
        return new Diff(scanned, List.of(lookedAt), settings)
                .run(found::add)
                .replicas()
                .get(0)
                .counts();
    }

    private Item busy() {
        return primary.items().get(BUSY);
    }

    private static void nothing(int time) {}

    @Test
    void an_item_inserted_behind_the_scan_and_deleted_just_before_the_look_is_not_extra() {
        Item late = busy();
        Key key = key(primary, late);
        remove(primary, key);
        remove(replica, key);
        Counts counts = diff(
                page -> {
                    if (page == BUSY / PAGE + 1) {
                        primary.put(late);
                        replica.put(late);
                    }
                },
                look -> remove(look == 1 ? primary : replica, key));
        assertThat(counts).isEqualTo(new Counts(ITEMS - 1, 0, 0, 0, 0, 0));
    }

    @Test
    void an_item_inserted_and_deleted_again_while_its_deletion_settles_is_not_extra() {
        Item before = busy();
        Key key = key(primary, before);
        remove(primary, key);
        Counts counts = diff(SettleTest::nothing, look -> {
            if (look == 1) {
                replica.put(item(before.attributes().get("id").s(), Map.of()));
            } else {
                remove(replica, key);
            }
        });
        assertThat(counts).isEqualTo(new Counts(ITEMS - 1, 0, 0, 0, 0, 0));
    }

    @Test
    void what_differs_from_a_steady_primary_is_found_though_somebody_keeps_writing_to_the_replica() {
        Item steady = busy();
        String id = steady.attributes().get("id").s();
        replica.put(item(id, Map.of()));
        Counts counts =
                diff(SettleTest::nothing, look -> replica.put(item(id, Map.of("n", AttributeValue.fromN("" + -look)))));
        assertThat(counts).isEqualTo(new Counts(ITEMS - 1, 0, 1, 0, 0, 0));
        assertThat(found).singleElement().extracting(Discrepancy::kind).isEqualTo(Kind.DIFFERENT);
    }

    @Test
    void what_the_primary_changes_before_every_look_is_unsettled() {
        String id = busy().attributes().get("id").s();
        remove(replica, key(primary, busy()));
        Counts counts =
                diff(SettleTest::nothing, look -> primary.put(item(id, Map.of("n", AttributeValue.fromN("" + look)))));
        assertThat(counts).isEqualTo(new Counts(ITEMS - 1, 0, 0, 0, 1, 0));
    }
}
