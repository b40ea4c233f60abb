/**
 * The names that people already type: commands of mapbox/dynamodb-replicator, silvermine/dynamodb-table-sync and
 * awslabs/dynamodb-cross-region-library.
 *
 * <p>Each is a thin {@link dev.lockstep.cli.compat.Door}: it reads its tool's arguments, says the same in Lockstep's words,
 * runs that command line, and prints the result in the form that scripts of its tool read. It does no work of its own, so it
 * has none of the tool's faults. Exit statuses are Lockstep's.
 */
@NullMarked
package dev.lockstep.cli.compat;

import org.jspecify.annotations.NullMarked;
