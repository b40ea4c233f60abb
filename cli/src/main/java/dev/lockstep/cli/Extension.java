package dev.lockstep.cli;

import java.util.concurrent.Callable;

/**
 * A command (annotated with picocli's {@code @Command}) that another module adds to the command line, found by {@link
 * java.util.ServiceLoader}. So {@code demo} and {@code local} can use DynamoDB Local, which may not be shipped.
 */
public interface Extension extends Callable<Integer> {}
