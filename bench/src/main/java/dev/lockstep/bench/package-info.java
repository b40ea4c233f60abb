/** Benchmarks: each runs both sides in one run and prints a ratio. */
@NullMarked
package dev.lockstep.bench;

import org.jspecify.annotations.NullMarked;
