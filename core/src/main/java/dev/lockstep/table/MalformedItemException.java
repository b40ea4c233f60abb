package dev.lockstep.table;

/** Text that should hold an item, and does not. The message names the attribute, never a value. */
public final class MalformedItemException extends Exception {
    public MalformedItemException(String message) {
        super(message.replaceAll("\\p{Cntrl}+", " "));
    }

    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
