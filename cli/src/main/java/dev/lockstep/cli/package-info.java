/** The command line: each command is one file, which reads its flags, opens tables, calls the core and prints. */
@NullMarked
package dev.lockstep.cli;

import org.jspecify.annotations.NullMarked;
