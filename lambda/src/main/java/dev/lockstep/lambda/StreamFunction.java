package dev.lockstep.lambda;

import com.amazonaws.services.lambda.runtime.Context;
import dev.lockstep.CancelledException;
import dev.lockstep.LockstepException;
import dev.lockstep.backup.ChangeLogWriter;
import dev.lockstep.change.StreamRecord;
import dev.lockstep.lambda.Batch.Poison;
import dev.lockstep.lambda.Outcome.Failed;
import dev.lockstep.objects.RetryingObjects;
import dev.lockstep.replicate.DeadLetterFolder;
import dev.lockstep.replicate.DeadLetters;
import dev.lockstep.table.RetryingTable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A function on a stream: applies an event and tells Lambda from which record on it must come again.
 *
 * <p>Success is answered only when every record is durable at every destination, or parked. Lambda gives it one event at
 * a time.
 */
final class StreamFunction {
    private final String name;
    private final Settings settings;
    private final Opened.Opener opener;
    private final Optional<DeadLetters> deadLetters;
    private final PrintStream log;
    private final Calls calls = new Calls();
    private final Map<Source, Opened> opened = new HashMap<>();

    /** @throws LockstepException where the settings cannot work; a service that is away for a moment is waited for later */
    StreamFunction(String name, Settings settings, Opened.Opener opener, Clients clients, PrintStream log) {
        this.name = name;
        this.settings = settings;
        this.opener = opener;
        this.deadLetters = settings.deadLetters()
                .map(folder -> new DeadLetterFolder(
                        RetryingObjects.over(
                                clients.bucket(folder.bucket()), Tables.UNTIL_STOPPED, RetryingTable.Listener.NONE),
                        folder));
        this.log = log;
        try {
            opener.prepare();
        } catch (LockstepException e) {
            if (!e.retryable()) {
                throw e;
            }
        }
    }

    void handle(InputStream input, OutputStream output, Context context) throws IOException {
        Deadline deadline = Deadline.in(Duration.ofMillis(context.getRemainingTimeInMillis()));
        long began = System.nanoTime();
        Event event = Event.read(input.readAllBytes());
        Report report = new Report(name, event.source());
        Outcome outcome = apply(event, deadline, report);
        List<String> sequences =
                event.records().stream().map(StreamRecord::sequence).toList();
        long millis = (System.nanoTime() - began) / 1_000_000;
        log.println(report.outcome(outcome, sequences).line(millis, settings.metrics()));
        if (outcome.wholly(sequences.size(), settings.reportsItemFailures())) {
            throw failure(event, outcome.failed().orElseThrow());
        }
        Optional<String> from = outcome.failed().map(failed -> sequences.get(failed.index()));
        output.write(answer(from).getBytes(StandardCharsets.UTF_8));
    }

    private Outcome apply(Event event, Deadline deadline, Report report) {
        if (!calls.ended(deadline)) {
            return Outcome.unfinished(0, "a write of the event before has not ended");
        }
        Opened destinations;
        try {
            destinations = opened(event, deadline);
        } catch (LockstepException e) {
            if (!e.retryable()) {
                throw e;
            }
            return Outcome.unfinished(0, e.subject() + ": " + e.problem());
        }
        Optional<String> unlogged = unlogged(destinations.logs(), event, deadline);
        if (unlogged.isPresent()) {
            return Outcome.unfinished(0, unlogged.get());
        }
        Reading reading = Reading.of(event.records(), destinations, settings.filter(), deadLetters.isEmpty());
        Batch batch = new Batch(event.records(), reading, destinations, calls, deadline);
        batch.apply();
        report.counts(event.records().size(), reading).delivered(batch.delivered());
        List<Poison> poison = batch.poison();
        boolean parked = parked(event.source(), batch, deadline, report);
        report.poison(poison.size(), parked);
        return Outcome.of(batch, parked ? List.of() : poison);
    }

    /**
     * Writes all records of the event to the change logs, first: so whatever Lambda is told of the folders, the logs have
     * it. What comes again is there twice, and counts once.
     *
     * @return why they are not in all of them
     */
    private Optional<String> unlogged(List<ChangeLogWriter> logs, Event event, Deadline deadline) {
        Map<ChangeLogWriter, String> open = new ConcurrentHashMap<>();
        List<Runnable> writes = new ArrayList<>();
        for (ChangeLogWriter log : logs) {
            open.put(log, "stopped before Lambda's time-out");
            writes.add(() -> {
                try {
                    log.append(event.records());
                    open.remove(log);
                } catch (CancelledException e) {
                    // It stays open.
                } catch (LockstepException e) {
                    open.put(log, e.operation() + ": " + e.problem());
                }
            });
        }
        calls.make(writes, deadline);
        return open.entrySet().stream()
                .map(log -> log.getKey().name() + ": " + log.getValue())
                .findFirst();
    }

    /** Tries until the deadline where a service is away; what is opened stays so. */
    private Opened opened(Event event, Deadline deadline) {
        Opened known = opened.get(event.source());
        for (int tries = 0; known == null; tries++) {
            try {
                known = opener.open(event);
            } catch (LockstepException e) {
                Duration pause = Tables.UNTIL_STOPPED.pause(tries);
                if (!e.retryable() || deadline.untilStop() < pause.toNanos()) {
                    throw e;
                }
                pause(pause);
            }
        }
        if (!event.source().table().isEmpty()) {
            opened.put(event.source(), known);
        }
        return known;
    }

    private static void pause(Duration pause) {
        try {
            Thread.sleep(pause.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether the poison is in a safe place, so that the shard can go on without it. */
    private boolean parked(Source source, Batch batch, Deadline deadline, Report report) {
        if (deadLetters.isEmpty() || batch.poison().isEmpty()) {
            return false;
        }
        AtomicReference<String> problem = new AtomicReference<>("stopped before Lambda's time-out");
        Runnable park = () -> {
            try {
                deadLetters.get().park(batch.letters(source.arn()));
                problem.set("");
            } catch (LockstepException e) {
                problem.set(e.operation() + ": " + e.problem());
            }
        };
        calls.make(List.of(park), deadline);
        String why = Objects.requireNonNull(problem.get());
        report.notParked(why);
        return why.isEmpty();
    }

    /** Lambda writes it to the log and shows it; it holds no values. */
    private LockstepException failure(Event event, Failed failed) {
        String sequence = event.records().get(failed.index()).sequence();
        String hint = failed.poison()
                ? "Lambda parks the record if its event source mapping bisects, has a limit of retries and a destination"
                : "";
        return new LockstepException(
                name,
                "event of " + event.source().table(),
                "record " + sequence + " is not applied: " + failed.reason(),
                hint);
    }

    private static String answer(Optional<String> failedFrom) {
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        var failures = answer.putArray("batchItemFailures");
        failedFrom.ifPresent(sequence -> failures.addObject().put("itemIdentifier", sequence));
        return answer.toString();
    }
}
