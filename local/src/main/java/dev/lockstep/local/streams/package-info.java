/**
 * Change streams that do what DynamoDB Local's cannot show: shards that split and end, trimmed and expired positions, rate limits, times
 * in seconds. For tests only; nothing here listens on a port.
 *
 * <ul>
 *   <li>{@link dev.lockstep.local.streams.FakeStreams}: a little table and its DynamoDB Stream, held to the contract of DynamoDB Local's.
 *   <li>{@link dev.lockstep.local.streams.FakeKinesis}: the same for Kinesis Data Streams for DynamoDB.
 *   <li>{@link dev.lockstep.local.streams.CallLog}: who called what, for which shard, when.
 *   <li>{@link dev.lockstep.local.streams.StreamErrors}, {@link dev.lockstep.local.streams.KinesisErrors}: the errors as the SDK throws them, for faults on request.
 *   <li>{@link dev.lockstep.local.streams.ManualClock}: time that moves when told to.
 * </ul>
 */
@NullMarked
package dev.lockstep.local.streams;

import org.jspecify.annotations.NullMarked;
