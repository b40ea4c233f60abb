/**
 * The commands {@code demo} and {@code local}, for a checkout only: they embed DynamoDB Local, which may not be shipped.
 *
 * <ul>
 *   <li>{@link dev.lockstep.demo.Regions}: two embedded DynamoDB Locals that stand for two Regions
 *   <li>{@link dev.lockstep.demo.Orders}: what is in their tables, made from a number, the same in each run
 *   <li>{@link dev.lockstep.demo.Damage}: what goes wrong in the replica, known beforehand
 *   <li>{@link dev.lockstep.demo.Story}: the steps of the demo; each runs real commands and proves what they did
 *   <li>{@link dev.lockstep.demo.Contents}: what a table holds, read and compared without Lockstep's own code
 * </ul>
 */
@NullMarked
package dev.lockstep.demo;

import org.jspecify.annotations.NullMarked;
