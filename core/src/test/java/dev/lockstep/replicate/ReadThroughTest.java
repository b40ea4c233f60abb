package dev.lockstep.replicate;

import static dev.lockstep.table.TestItems.BY_STRING;
import static dev.lockstep.table.TestItems.item;
import static dev.lockstep.table.TestItems.key;
import static dev.lockstep.table.TestItems.n;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.change.Change;
import dev.lockstep.table.Item;
import dev.lockstep.table.MemoryTable;
import dev.lockstep.work.Pool;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReadThroughTest {
    private final Pool pool = Pool.unbounded("test");
    private final MemoryTable primary = new MemoryTable("primary", BY_STRING);
    private final TestDestination replica = new TestDestination("replica", BY_STRING, pool);

    @AfterEach
    void close() {
        pool.close();
    }

    private static Item version(int v) {
        return item("k", "v", n("" + v));
    }

    @Test
    void keys_end_as_the_primary_has_them() {
        primary.put(version(3));
        replica.table.put(version(1)).put(item("gone"));
        assertThat(new ReadThrough(primary, replica).settle(Set.of(key("k"), key("gone"), key("never"))))
                .isEmpty();
        assertThat(replica.table.items()).containsExactly(version(3));
    }

    @Test
    void a_write_to_the_primary_between_read_and_apply_is_not_missed() {
        primary.put(version(1));
        Destination racing = new Destination() {
            private int writes;

            @Override
            public String name() {
                return "racing";
            }

            @Override
            public List<Refused> apply(Collection<Change> changes) {
                if (writes++ < 3) {
                    primary.put(version(10 + writes));
                }
                return replica.apply(changes);
            }
        };
        assertThat(new ReadThrough(primary, racing).settle(Set.of(key("k")))).isEmpty();
        assertThat(replica.table.items()).containsExactly(version(13));
    }

    @Test
    void what_keeps_changing_or_is_refused_is_told() {
        primary.put(version(1)).put(item("odd"));
        replica.refused.add(key("odd"));
        int[] v = {1};
        Destination racing = new Destination() {
            @Override
            public String name() {
                return "racing";
            }

            @Override
            public List<Refused> apply(Collection<Change> changes) {
                primary.put(version(++v[0]));
                return replica.apply(changes);
            }
        };
        assertThat(new ReadThrough(primary, racing).settle(Set.of(key("k"), key("odd"))))
                .hasEntrySatisfying(key("k"), open -> {
                    assertThat(open.why()).isEqualTo("the primary kept changing");
                    assertThat(open.refused()).isEmpty();
                })
                .hasEntrySatisfying(key("odd"), open -> {
                    assertThat(open.why()).isEqualTo("too odd");
                    assertThat(open.refused()).isPresent();
                });
    }
}
