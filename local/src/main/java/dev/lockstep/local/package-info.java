/**
 * DynamoDB on this machine, for tests, the demo and benchmarks; never in a release.
 *
 * <ul>
 *   <li>{@link dev.lockstep.local.LocalDynamo}: DynamoDB Local inside this process.
 *   <li>{@link dev.lockstep.local.FaultProxy}: stands before an endpoint; delays, breaks, throttles and counts.
 *   <li>{@link dev.lockstep.local.Fault}: one way to break a call. A {@link dev.lockstep.local.FaultRule} says which calls.
 *   <li>{@link dev.lockstep.local.Meter}: what went through, in capacity units by AWS's published rules.
 * </ul>
 */
@NullMarked
package dev.lockstep.local;

import org.jspecify.annotations.NullMarked;
