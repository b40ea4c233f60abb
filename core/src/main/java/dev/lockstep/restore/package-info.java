/** Bringing items back: from any {@link dev.lockstep.backup.Source}, proved before anything is written, into a table. */
@NullMarked
package dev.lockstep.restore;

import org.jspecify.annotations.NullMarked;
