/**
 * Backups: writing them, and reading what this and other tools wrote.
 *
 * <p>A {@link Source} is anything that items can be taken from. It has {@link Layer layers}: a whole one, and then what
 * changed. A layer has {@link Part parts}, a file each, whose lines are {@link ItemState states} of items. What is read is
 * not trusted: a part proves itself while it is read.
 */
@NullMarked
package dev.lockstep.backup;

import org.jspecify.annotations.NullMarked;
