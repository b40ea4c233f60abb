/** Live replication as a long-running service. */
@org.jspecify.annotations.NullMarked
package dev.lockstep.streams;
