package dev.lockstep.cli.credentials;

import java.util.Optional;

/** Whom to ask for an MFA code. Thread-safe: two devices may need a code at the same time. */
public interface Terminal {
    /**
     * Asks, without showing what is typed.
     *
     * @return empty where there is nobody to ask
     */
    Optional<String> ask(String question);

    /** The terminal that the command was started on. */
    static Terminal system() {
        return new SystemTerminal();
    }
}
