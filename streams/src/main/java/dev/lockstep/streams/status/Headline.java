package dev.lockstep.streams.status;

import dev.lockstep.streams.status.Status.Destination;
import dev.lockstep.streams.status.Status.Phase;
import dev.lockstep.streams.status.Status.State;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The status in one sentence, for somebody who was just woken.
 *
 * @param inStep whether every destination holds what the primary held a moment ago, as far as is known
 * @param sentence the state, with the worst problem; without figures that change all the time, since it is read aloud
 * @param detail the figures that belong to it
 * @param problems all of them, the worst first
 */
public record Headline(Mood mood, boolean inStep, String sentence, String detail, List<Problem> problems) {

    /** What it asks of the reader: nothing, a look tomorrow, patience, to act, to start it again. */
    public enum Mood {
        OK,
        ATTENTION,
        WORKING,
        TROUBLE,
        FAILED
    }

    /**
     * Something that is not as it should be.
     *
     * @param severe whether the destinations are not in step because of it
     * @param brief follows "Not in step: " or "In step, but "
     */
    public record Problem(boolean severe, String brief, String detail, Optional<Instant> at) {}

    private static final Duration TAKING = Duration.ofMinutes(1);

    public Headline {
        problems = List.copyOf(problems);
    }

    /** @param lagLimit what lag is a problem while the service is live */
    public static Headline of(Status status, Duration lagLimit) {
        List<Problem> problems = problems(status, lagLimit);
        Optional<Problem> worst = problems.stream().findFirst();
        if (status.phase() == Phase.FAILED) {
            return new Headline(
                    Mood.FAILED,
                    false,
                    "Failed: replication has stopped",
                    status.problem().orElse("No reason is known."),
                    problems);
        }
        if (worst.filter(Problem::severe).isPresent()) {
            return new Headline(
                    Mood.TROUBLE, false, "Not in step: " + worst.get().brief(), behind(status), problems);
        }
        Optional<Headline> work = working(status, lagLimit, problems);
        if (work.isPresent()) {
            return work.get();
        }
        String behind = status.lag().map(lag -> Words.of(lag) + " behind").orElse("Nothing has been read yet");
        return worst.map(p -> new Headline(Mood.ATTENTION, true, "In step, but " + p.brief(), behind, problems))
                .orElseGet(() -> new Headline(Mood.OK, true, "In step", behind, problems));
    }

    private static Optional<Headline> working(Status status, Duration lagLimit, List<Problem> problems) {
        return switch (caughtUp(status, lagLimit) ? Phase.LIVE : status.phase()) {
            case STARTING -> Optional.of(work("Starting", "Looking for the stream's shards", problems));
            case STOPPING -> Optional.of(work("Stopping", "Finishing what is in hand", problems));
            case COPYING -> Optional.of(work("Copying for the first time", copied(status), problems));
            case CATCHING_UP -> Optional.of(work("Catching up", behind(status), problems));
            case LIVE ->
                status.destinations().stream()
                        .filter(d -> d.state() != State.LIVE)
                        .findFirst()
                        .map(d -> work("Catching up: " + d.name(), waiting(d.backlog()), problems));
            case FAILED -> Optional.empty();
        };
    }

    /** A busy stream is hardly ever read to its very end: what counts is how far behind. */
    private static boolean caughtUp(Status status, Duration lagLimit) {
        return status.phase() == Phase.CATCHING_UP
                && status.lag().filter(lag -> lag.compareTo(lagLimit) <= 0).isPresent();
    }

    private static Headline work(String sentence, String detail, List<Problem> problems) {
        return new Headline(Mood.WORKING, false, sentence, detail, problems);
    }

    private static String copied(Status status) {
        return status.copy()
                .map(c -> Words.of(c.items(), "item", "items")
                        + (c.expected() > 0 ? String.format(Locale.ROOT, " of about %,d", c.expected()) : "")
                        + c.left()
                                .map(left -> ", about " + Words.of(left) + " left")
                                .orElse(""))
                .orElse("Not begun yet");
    }

    private static String behind(Status status) {
        String lag = status.lag().map(l -> Words.of(l) + " behind").orElse("It is not known yet how far behind");
        return status.backlog() == 0 ? lag : lag + ", " + waiting(status.backlog());
    }

    private static String waiting(long backlog) {
        return Words.of(backlog, "key waits", "keys wait");
    }

    private static List<Problem> problems(Status status, Duration lagLimit) {
        List<Problem> all = new ArrayList<>();
        away(status, all);
        running(status, lagLimit, all);
        drift(status, all);
        deadLetters(status, all);
        publishing(status, all);
        all.sort(Comparator.comparing(p -> !p.severe()));
        return all;
    }

    private static void away(Status status, List<Problem> all) {
        for (Destination d : status.destinations()) {
            if (d.state() == State.AWAY) {
                String why = d.error().orElse("It does not answer.");
                String waits = d.backlog() == 0 ? "" : " " + waiting(d.backlog()) + " for it.";
                all.add(new Problem(true, d.name() + " is away", sentence(why) + waits, d.errorAt()));
            }
        }
    }

    private static void running(Status status, Duration lagLimit, List<Problem> all) {
        if (settled(status) && status.unowned() > 0) {
            all.add(new Problem(
                    true,
                    "nobody reads " + (status.unowned() == 1 ? "one of the shards" : "some of the shards"),
                    Words.of(status.unowned(), "shard has", "shards have")
                            + " no owner. Another process should take over within seconds; start one if none runs.",
                    Optional.empty()));
        }
        boolean known = status.destinations().stream().anyMatch(d -> d.state() != State.LIVE);
        if (status.phase() == Phase.LIVE && !known) {
            status.lag()
                    .filter(lag -> lag.compareTo(lagLimit) > 0)
                    .ifPresent(lag -> all.add(new Problem(
                            true,
                            "it has fallen behind",
                            Words.of(lag) + " behind; more than " + Words.of(lagLimit) + " is too much.",
                            Optional.empty())));
        }
        if (status.phase() != Phase.FAILED) {
            status.problem()
                    .ifPresent(p -> all.add(
                            new Problem(false, "something failed and is tried again", sentence(p), Optional.empty())));
        }
    }

    /** Shards without owners are in order for as long as processes may still be taking them. */
    private static boolean settled(Status status) {
        return status.phase() == Phase.LIVE
                || status.phase() == Phase.CATCHING_UP
                        && Duration.between(status.startedAt(), status.aliveAt())
                                        .compareTo(TAKING)
                                > 0;
    }

    private static void drift(Status status, List<Problem> all) {
        status.verification().ifPresent(v -> {
            v.replicas().stream()
                    .filter(c -> c.left() > 0)
                    .forEach(c -> all.add(new Problem(
                            true,
                            c.replica() + " differs from " + status.primary(),
                            "The last comparison left " + Words.of(c.left(), "difference", "differences")
                                    + ". `lockstep diff --repair` mends them.",
                            Optional.of(v.at()))));
            v.error()
                    .ifPresent(e -> all.add(new Problem(
                            false, "the last comparison did not come to an end", sentence(e), Optional.of(v.at()))));
        });
    }

    private static void deadLetters(Status status, List<Problem> all) {
        Status.DeadLetters dead = status.deadLetters();
        if (dead.count() > 0) {
            all.add(new Problem(
                    false,
                    Words.of(dead.count(), "change", "changes") + " could not be written",
                    "Kept as dead letters"
                            + dead.place().map(p -> " in " + p).orElse("")
                            + ". Those items differ until they are written again.",
                    dead.lastAt()));
        }
    }

    private static void publishing(Status status, List<Problem> all) {
        status.publishing()
                .filter(Status.Publishing::failing)
                .ifPresent(p -> all.add(new Problem(
                        false,
                        "CloudWatch does not take its figures",
                        sentence(p.lastError().orElse("No reason is known.")),
                        p.lastErrorAt())));
    }

    private static String sentence(String text) {
        return text.endsWith(".") ? text : text + ".";
    }
}
