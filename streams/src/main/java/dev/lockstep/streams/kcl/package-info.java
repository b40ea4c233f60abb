/**
 * Reads a stream's shards with the Kinesis Client Library (KCL): leases, checkpoints, parents before children, and the
 * places where the library would lose changes without a word, closed.
 *
 * <p>{@link dev.lockstep.streams.kcl.StreamWorker} is the door; what it does with records is a
 * {@link dev.lockstep.streams.kcl.ShardWork}. Only this package knows KCL's types.
 */
@org.jspecify.annotations.NullMarked
package dev.lockstep.streams.kcl;
