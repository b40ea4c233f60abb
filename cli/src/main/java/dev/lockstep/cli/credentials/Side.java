package dev.lockstep.cli.credentials;

/** Which of a command's tables and places: what it reads, or what follows that. */
public enum Side {
    PRIMARY("--"),
    REPLICA("--replica-");

    private final String prefix;

    Side(String prefix) {
        this.prefix = prefix;
    }

    /** The option of this side, for example {@code --replica-role-arn}. */
    public String option(String name) {
        return prefix + name;
    }
}
