/** Makes what the release has beside its jars, from the definitions of the commands; itself not in the release. */
@NullMarked
package dev.lockstep.dist;

import org.jspecify.annotations.NullMarked;
