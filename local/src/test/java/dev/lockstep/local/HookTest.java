package dev.lockstep.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HookTest {
    private final Rig rig = new Rig();
    private final List<String> seen = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() {
        rig.close();
    }

    @Test
    void beforeRunsBeforeTheEffectAndAfterRunsBeforeTheClientKnows() {
        rig.proxy.before("PutItem", call -> seen.add("before, stored " + rig.stored("a")));
        rig.proxy.after("PutItem", call -> seen.add("after, stored " + rig.stored("a")));

        rig.put("a");
        seen.add("client");

        assertThat(seen).containsExactly("before, stored false", "after, stored true", "client");
    }

    @Test
    void aHookKnowsTheCallAndItsNumber() {
        rig.proxy.before(
                "*",
                call -> seen.add(call.number() + " " + call.api() + " "
                        + call.table().equals(rig.table) + " "
                        + call.request().path("Item").path("pk").path("S").asString()));

        rig.put("a");
        rig.get("b");
        rig.put("c");

        assertThat(seen).containsExactly("0 PutItem true a", "0 GetItem true ", "1 PutItem true c");
    }

    @Test
    void aWriteCanBeSlippedInBetweenAReadAndItsAnswer() {
        rig.putDirect("a", 1);
        rig.proxy.after("GetItem", call -> rig.putDirect("a", 2));

        assertThat(rig.get("a")).isEqualTo(Rig.item("a", 1));
        assertThat(rig.get("a")).isEqualTo(Rig.item("a", 2));
    }

    @Test
    void refusedCallsRunNoHooks() {
        rig.proxy.on("PutItem").inject(Fault.throttle());
        rig.proxy.before("PutItem", call -> seen.add("before"));
        rig.proxy.after("PutItem", call -> seen.add("after"));

        assertThatThrownBy(() -> rig.put("a")).hasMessageContaining("throughput");

        assertThat(seen).isEmpty();
    }

    @Test
    void aHookThatThrowsFailsTheCallAndTheClose() {
        rig.proxy.before("PutItem", call -> {
            throw new IOException("disk full");
        });

        assertThatThrownBy(() -> rig.put("a")).hasMessageContaining("disk full");
        assertThat(rig.stored("a")).isFalse();
        assertThatThrownBy(rig.proxy::close).hasRootCauseMessage("disk full");
    }
}
