package dev.lockstep.lambda;

import static dev.lockstep.table.TestItems.BY_STRING;
import static dev.lockstep.table.TestItems.item;
import static dev.lockstep.table.TestItems.n;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.LockstepException;
import dev.lockstep.change.Change;
import dev.lockstep.change.StreamRecord;
import dev.lockstep.lambda.Opened.Target;
import dev.lockstep.replicate.Destination;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BatchTest {
    private final Events events = new Events("primary");

    /** Takes what is not told to fail. */
    private static final class Folder implements Destination {
        private final String failing;
        private final boolean retryable;
        private final ConcurrentLinkedQueue<String> asked = new ConcurrentLinkedQueue<>();

        Folder(String failing, boolean retryable) {
            this.failing = failing;
            this.retryable = retryable;
        }

        @Override
        public String name() {
            return "folder";
        }

        @Override
        public List<Refused> apply(Collection<Change> changes) {
            for (Change change : changes) {
                String id = change.key().attributes().get("id").s();
                asked.add(id);
                if (id.startsWith(failing)) {
                    throw new LockstepException("PutObject", "folder", "it is away", "", retryable, null);
                }
            }
            return List.of();
        }
    }

    private StreamRecord put(int sequence, String id) {
        var image = item(id, "v", n("" + sequence));
        return new DynamoEventRecord(events.change(sequence, BY_STRING.keyOf(image.attributes()), image));
    }

    private static Outcome apply(List<StreamRecord> records, List<Target> targets, Duration remaining) {
        Opened opened = new Opened(BY_STRING, Optional.empty(), targets, false);
        Reading reading = Reading.of(records, opened, new Filter(false, Optional.empty()), true);
        Batch batch = new Batch(records, reading, opened, new Calls(), Deadline.in(remaining));
        batch.apply();
        return Outcome.of(batch, batch.poison());
    }

    private static int failed(Outcome outcome) {
        return outcome.failed().orElseThrow().index();
    }

    @Test
    void what_is_durable_everywhere_before_the_first_failure_need_not_come_again() {
        List<StreamRecord> records = List.of(put(1, "a"), put(2, "b"), put(3, "x"), put(4, "c"), put(5, "x"));
        Target whole = new Target(new Folder("-", true), 25, new Pauses());
        Target partly = new Target(new Folder("x", true), 1, new Pauses());
        assertThat(failed(apply(records, List.of(whole, partly), Duration.ofSeconds(60))))
                .isEqualTo(2);
    }

    @Test
    void a_key_that_is_not_written_is_missing_from_its_first_record_on() {
        List<StreamRecord> records = List.of(put(1, "a"), put(2, "x"), put(3, "b"), put(4, "x"));
        Target folder = new Target(new Folder("x", true), 1, new Pauses());
        assertThat(failed(apply(records, List.of(folder), Duration.ofSeconds(60))))
                .isEqualTo(1);
    }

    @Test
    void what_can_never_succeed_is_not_tried_for_each_key() {
        List<StreamRecord> records = new ArrayList<>();
        IntStream.range(0, 1000).forEach(i -> records.add(put(i, "x" + i)));
        Folder folder = new Folder("x", false);
        assertThat(failed(apply(records, List.of(new Target(folder, 1, new Pauses())), Duration.ofSeconds(60))))
                .isZero();
        assertThat(folder.asked).hasSizeLessThanOrEqualTo(2 * Calls.AT_ONCE);
    }

    @Test
    void nothing_is_begun_after_the_deadline() {
        Folder folder = new Folder("-", true);
        Outcome outcome = apply(List.of(put(1, "a")), List.of(new Target(folder, 1, new Pauses())), Duration.ZERO);
        assertThat(failed(outcome)).isZero();
        assertThat(folder.asked).isEmpty();
    }
}
