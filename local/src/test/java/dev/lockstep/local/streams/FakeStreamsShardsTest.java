package dev.lockstep.local.streams;

import static dev.lockstep.local.streams.Reading.drain;
import static dev.lockstep.local.streams.Reading.item;
import static dev.lockstep.local.streams.Reading.iterator;
import static dev.lockstep.local.streams.Reading.key;
import static dev.lockstep.local.streams.Reading.page;
import static dev.lockstep.local.streams.Reading.sequences;
import static dev.lockstep.local.streams.Reading.shards;
import static dev.lockstep.local.streams.Reading.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.awssdk.services.dynamodb.model.Shard;
import software.amazon.awssdk.services.dynamodb.model.ShardFilterType;
import software.amazon.awssdk.services.dynamodb.model.ShardIteratorType;

/** Lineage of shards, which DynamoDB Local cannot show. The rules are those of AWS's API reference and developer guide. */
class FakeStreamsShardsTest {
    private final ManualClock clock = new ManualClock(Instant.parse("2026-03-01T10:00:00.400Z"));
    private final FakeStreams streams =
            FakeStreams.builder().clock(clock).limits(false).build();

    private Shard shard(String id) {
        return shards(streams, streams.arn()).stream()
                .filter(s -> s.shardId().equals(id))
                .findFirst()
                .orElseThrow();
    }

    private void write(int keys, String value) {
        for (int i = 0; i < keys; i++) {
            streams.put(item("k" + i, value));
        }
    }

    /** Rule: "If both numbers are present, then that shard is closed and can no longer receive more data." */
    @Test
    void aSplitClosesTheShardAndOpensTwoChildrenThatNameIt() {
        String parent = streams.openShards().get(0);
        write(1, "1");

        List<String> children = streams.split(parent);

        assertThat(streams.openShards())
                .containsExactlyInAnyOrderElementsOf(children)
                .hasSize(2);
        assertThat(shard(parent).sequenceNumberRange().endingSequenceNumber())
                .isEqualTo(sequences(drain(streams, streams.arn(), parent)).get(0));
        assertThat(children).allSatisfy(c -> {
            assertThat(shard(c).parentShardId()).isEqualTo(parent);
            assertThat(shard(c).sequenceNumberRange().endingSequenceNumber()).isNull();
        });
        assertThatThrownBy(() -> streams.split(parent)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aRollOverOpensOneChild() {
        String parent = streams.openShards().get(0);
        write(5, "1");

        String child = streams.rollOver(parent);
        write(5, "2");

        assertThat(streams.openShards()).containsExactly(child);
        assertThat(shard(child).parentShardId()).isEqualTo(parent);
        assertThat(values(drain(streams, streams.arn(), parent))).hasSize(5).containsOnly("1");
        assertThat(values(drain(streams, streams.arn(), child))).hasSize(5).containsOnly("2");
    }

    /** Rule: an item's stream records appear in the same sequence as the changes of the item. */
    @Test
    void anItemsChangesAreInOneShardAndThenInOneOfItsChildrenWithGrowingNumbers() {
        String parent = streams.openShards().get(0);
        write(50, "1");
        List<String> children = streams.split(parent);
        write(50, "2");
        write(50, "3");

        Set<String> seen = new HashSet<>();
        for (String child : children) {
            var records = drain(streams, streams.arn(), child);
            assertThat(records).isNotEmpty();
            BigInteger end = new BigInteger(shard(parent).sequenceNumberRange().endingSequenceNumber());
            assertThat(sequences(records).stream().map(BigInteger::new))
                    .isSorted()
                    .allMatch(n -> n.compareTo(end) > 0);
            for (var record : records) {
                String key = record.dynamodb().keys().get("pk").s();
                String value = record.dynamodb().newImage().get("v").s();
                assertThat(streams.shardOf(key(key))).isEqualTo(child);
                assertThat(seen.add(key)).isEqualTo(value.equals("2"));
            }
        }
        assertThat(seen).hasSize(50);
    }

    /** Rule: sequence numbers have 21 to 40 digits. That they get longer is why they must not be compared as text. */
    @Test
    void sequenceNumbersGetLongerByADigit() {
        for (int i = 0; i < 5; i++) {
            streams.put(item("a", "v" + i));
        }

        List<String> numbers =
                sequences(drain(streams, streams.arn(), streams.openShards().get(0)));

        assertThat(numbers).extracting(String::length).contains(21, 22);
        assertThat(numbers.stream().map(BigInteger::new)).isSorted();
        assertThat(numbers.stream().sorted().toList()).isNotEqualTo(numbers);
    }

    @Test
    void numbersOfDifferentShardsAreDifferent() {
        FakeStreams wide =
                FakeStreams.builder().clock(clock).limits(false).shards(25).build();
        for (int i = 0; i < 500; i++) {
            wide.put(item("k" + i, "1"));
        }
        List<String> all = new ArrayList<>();
        for (String open : wide.openShards()) {
            all.addAll(sequences(drain(wide, wide.arn(), open)));
            wide.rollOver(open);
        }
        for (int i = 0; i < 500; i++) {
            wide.put(item("k" + i, "2"));
        }
        wide.openShards().forEach(s -> all.addAll(sequences(drain(wide, wide.arn(), s))));

        assertThat(all).hasSize(1000).doesNotHaveDuplicates().allMatch(s -> s.matches("[1-9]\\d{20,39}"));
    }

    /** Rule: a missing NextShardIterator means that "the shard has been closed and will not return any more data". */
    @Test
    void onlyAClosedShardsEndHasNoNextIterator() {
        String parent = streams.openShards().get(0);
        String start = iterator(streams, streams.arn(), parent, ShardIteratorType.TRIM_HORIZON);
        write(2, "1");
        var open = page(streams, start);
        streams.rollOver(parent);

        var first = streams.getRecords(g -> g.shardIterator(start).limit(1));
        var second = page(streams, first.nextShardIterator());
        var beyond = page(streams, open.nextShardIterator());

        assertThat(first.nextShardIterator()).isNotNull();
        assertThat(second.records()).hasSize(1);
        assertThat(second.nextShardIterator()).isNull();
        assertThat(beyond.records()).isEmpty();
        assertThat(beyond.nextShardIterator()).isNull();
    }

    @Test
    void aClosedShardsEndMayComeOnAnEmptyPageOfItsOwn() {
        String parent = streams.openShards().get(0);
        write(2, "1");
        streams.rollOver(parent);
        streams.lateEnd(true);

        var records = page(streams, iterator(streams, streams.arn(), parent, ShardIteratorType.TRIM_HORIZON));
        var end = page(streams, records.nextShardIterator());

        assertThat(records.records()).hasSize(2);
        assertThat(end.records()).isEmpty();
        assertThat(end.nextShardIterator()).isNull();
    }

    /** Rule: "It might take multiple calls to get to a portion of the shard that contains stream records." */
    @Test
    void pagesCanBeEmptyBeforeRecords() {
        String shard = streams.openShards().get(0);
        write(1, "1");
        streams.emptyPages(shard, 2);
        String next = iterator(streams, streams.arn(), shard, ShardIteratorType.TRIM_HORIZON);

        for (int i = 0; i < 2; i++) {
            var empty = page(streams, next);
            assertThat(empty.records()).isEmpty();
            next = empty.nextShardIterator();
        }

        assertThat(page(streams, next).records()).hasSize(1);
    }

    /** Rule: "The maximum number of shard objects to return. The upper limit is 100." */
    @Test
    void aDescriptionHasAHundredShardsAPage() {
        FakeStreams wide =
                FakeStreams.builder().clock(clock).limits(false).shards(250).build();
        List<Integer> sizes = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        String after = null;
        do {
            String from = after;
            var said = wide.describeStream(d -> d.streamArn(wide.arn()).exclusiveStartShardId(from))
                    .streamDescription();
            sizes.add(said.shards().size());
            said.shards().forEach(s -> ids.add(s.shardId()));
            after = said.lastEvaluatedShardId();
        } while (after != null);

        assertThat(sizes).containsExactly(100, 100, 50);
        assertThat(ids).hasSize(250);
    }

    /** Rule: ShardFilter CHILD_SHARDS gives the children of the shard that is named. */
    @Test
    void aDescriptionCanBeOfAShardsChildrenOnly() {
        String parent = streams.openShards().get(0);
        List<String> children = streams.split(parent);
        streams.split(children.get(0));

        assertThat(streams.describeStream(d -> d.streamArn(streams.arn())
                                .shardFilter(f ->
                                        f.type(ShardFilterType.CHILD_SHARDS).shardId(parent)))
                        .streamDescription()
                        .shards())
                .extracting(Shard::shardId)
                .containsExactlyInAnyOrderElementsOf(children);
    }

    @Test
    void aDescriptionMayLackTheChildrenOfAShardThatHasEnded() {
        String parent = streams.openShards().get(0);
        streams.describeLag(Duration.ofSeconds(2));
        String child = streams.rollOver(parent);

        assertThat(shards(streams, streams.arn())).extracting(Shard::shardId).containsExactly(parent);
        assertThat(shard(parent).sequenceNumberRange().endingSequenceNumber()).isNotNull();

        clock.advance(Duration.ofSeconds(2));
        assertThat(shards(streams, streams.arn())).extracting(Shard::shardId).containsExactlyInAnyOrder(parent, child);
    }

    /** Rule: stream records are kept for 24 hours, and so are the shards that held them. */
    @Test
    void aShardThatEndedADayAgoIsGoneThoughItsChildStillNamesIt() {
        String parent = streams.openShards().get(0);
        String child = streams.rollOver(parent);

        clock.advance(Duration.ofHours(24).minusMillis(1));
        assertThat(shards(streams, streams.arn())).hasSize(2);
        clock.advance(Duration.ofMillis(1));

        assertThat(shards(streams, streams.arn())).singleElement().satisfies(s -> {
            assertThat(s.shardId()).isEqualTo(child);
            assertThat(s.parentShardId()).isEqualTo(parent);
        });
        assertThatThrownBy(() -> iterator(streams, streams.arn(), parent, ShardIteratorType.TRIM_HORIZON))
                .isInstanceOf(ResourceNotFoundException.class);
    }

    @Test
    void aDescriptionCanBeginAfterAShardThatIsGone() {
        String parent = streams.openShards().get(0);
        String child = streams.rollOver(parent);
        clock.advance(Duration.ofHours(25));
        String grandchild = streams.rollOver(child);

        assertThat(streams.describeStream(d -> d.streamArn(streams.arn()).exclusiveStartShardId(parent))
                        .streamDescription()
                        .shards())
                .extracting(Shard::shardId)
                .contains(grandchild);
    }
}
