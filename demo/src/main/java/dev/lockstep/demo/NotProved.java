package dev.lockstep.demo;

/** A check of the story did not hold; the message says what was found instead. */
final class NotProved extends RuntimeException {
    private static final long serialVersionUID = 1;

    NotProved(String message) {
        super(message);
    }
}
