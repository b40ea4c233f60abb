/**
 * Where a job that can be gone on with keeps what it has done: {@link dev.lockstep.checkpoint.Checkpoint}, in a {@link
 * dev.lockstep.checkpoint.CheckpointStore}. Jobs of all kinds use the same class; what a kind adds is its {@link
 * dev.lockstep.checkpoint.Checkpoint.Part}.
 */
@NullMarked
package dev.lockstep.checkpoint;

import org.jspecify.annotations.NullMarked;
