/** Lambda's doors to replication and backup. */
@org.jspecify.annotations.NullMarked
package dev.lockstep.lambda;
