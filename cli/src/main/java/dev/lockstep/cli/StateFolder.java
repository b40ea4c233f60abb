package dev.lockstep.cli;

import java.nio.file.Path;

/** Where the command keeps its state: {@code $XDG_STATE_HOME/lockstep}, by default {@code ~/.local/state/lockstep}. */
final class StateFolder {
    private StateFolder() {}

    static Path journals() {
        String state = System.getenv("XDG_STATE_HOME");
        Path folder = state == null || state.isBlank()
                ? Path.of(System.getProperty("user.home"), ".local", "state")
                : Path.of(state);
        return folder.resolve("lockstep").resolve("journal");
    }
}
