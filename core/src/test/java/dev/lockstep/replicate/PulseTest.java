package dev.lockstep.replicate;

import static dev.lockstep.table.TestItems.BY_STRING;
import static dev.lockstep.table.TestItems.item;
import static dev.lockstep.table.TestItems.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.LockstepException;
import dev.lockstep.table.MemoryTable;
import dev.lockstep.table.Table;
import dev.lockstep.table.Write;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PulseTest {
    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 7);
    private final Pulse pulse = new Pulse(now::get);
    private final MemoryTable memory = new MemoryTable("replica", BY_STRING);
    private final Table replica = new AwakeTable(memory, pulse);

    @AfterEach
    void close() {
        pulse.close();
    }

    private void pass(Duration time) {
        now.addAndGet(time.toNanos());
    }

    private void write() {
        replica.write(List.of(Write.making(key("k"), item("k", Map.of()))));
    }

    @Test
    void a_process_that_is_awake_writes() {
        for (int i = 0; i < 100; i++) {
            pass(Duration.ofMillis(100));
            pulse.beat();
        }
        assertThatCode(this::write).doesNotThrowAnyException();
    }

    @Test
    void one_that_was_stopped_writes_nothing_whether_the_pulse_or_the_writer_wakes_first() {
        pass(Duration.ofSeconds(7));
        assertThatThrownBy(this::write)
                .isInstanceOfSatisfying(
                        LockstepException.class, e -> assertThat(e.retryable()).isTrue());
        pulse.beat();
        assertThatThrownBy(this::write).isInstanceOf(LockstepException.class);
        assertThat(memory.items()).isEmpty();
    }

    @Test
    void it_writes_again_when_it_had_time_to_look_what_it_still_holds() {
        pass(Duration.ofSeconds(7));
        pulse.beat();
        pass(Duration.ofSeconds(2));
        pulse.beat();
        write();
        assertThat(memory.items()).hasSize(1);
    }
}
