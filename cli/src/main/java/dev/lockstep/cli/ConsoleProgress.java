package dev.lockstep.cli;

import dev.lockstep.capacity.Usage;
import dev.lockstep.progress.Progress;
import dev.lockstep.table.Table;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/**
 * Progress on stderr: a bar with rate, time left and capacity used on a terminal, a line every 10 s elsewhere. Warnings
 * always, findings and pauses where they are asked for. Thread-safe.
 */
final class ConsoleProgress implements Progress, AutoCloseable {
    private static final int LINE_SECONDS = 10;
    /** The launcher says whether stderr is a terminal; Java cannot tell. */
    private static final String TERMINAL = "lockstep.terminal";

    private final PrintWriter err;
    private final CommonOptions options;
    private final List<Usage> usage;
    private final LongAdder read = new LongAdder();
    private final LongAdder pauses = new LongAdder();
    private final long began = System.nanoTime();
    private final ScheduledExecutorService ticker = Executors.newSingleThreadScheduledExecutor(ticking());
    private final boolean terminal;
    private volatile long expected;
    private @Nullable ProgressBar bar;

    ConsoleProgress(PrintWriter err, CommonOptions options, List<? extends Table> tables) {
        this.err = err;
        this.options = options;
        this.usage = tables.stream().map(Table::usage).toList();
        this.terminal = Boolean.getBoolean(TERMINAL) && !options.quiet;
    }

    private static ThreadFactory ticking() {
        return task -> {
            Thread thread = new Thread(task, "lockstep-progress");
            thread.setDaemon(true);
            return thread;
        };
    }

    @Override
    public synchronized void expecting(long items) {
        expected = items;
        if (terminal) {
            bar = new ProgressBarBuilder()
                    .setTaskName("items")
                    .setInitialMax(Math.max(1, items))
                    .setStyle(ProgressBarStyle.ASCII)
                    .setUpdateIntervalMillis(200)
                    .showSpeed()
                    .clearDisplayOnFinish()
                    .build();
            var unused = ticker.scheduleAtFixedRate(this::moveBar, 200, 200, TimeUnit.MILLISECONDS);
        } else if (!options.quiet) {
            var unused = ticker.scheduleAtFixedRate(() -> line(status()), LINE_SECONDS, LINE_SECONDS, TimeUnit.SECONDS);
        }
    }

    private synchronized void moveBar() {
        if (bar != null) {
            long items = read.sum();
            bar.maxHint(Math.max(items, expected));
            bar.stepTo(items);
            bar.setExtraMessage(" " + consumed() + slow());
        }
    }

    @Override
    public void read(long items) {
        read.add(items);
    }

    @Override
    public void warning(String message) {
        line("lockstep: " + message);
    }

    @Override
    public void pausing(String table, String operation, String why, Duration pause) {
        pauses.increment();
        if (options.verbose) {
            line(String.format(Locale.ROOT, "pausing %d ms: %s %s: %s", pause.toMillis(), operation, table, why));
        }
    }

    /** Something that only {@code -v} shows. */
    void detail(String message) {
        if (options.verbose) {
            line(message);
        }
    }

    private String status() {
        long items = read.sum();
        double seconds = (System.nanoTime() - began) / 1e9;
        double rate = items / seconds;
        String left = items == 0 || expected <= items
                ? ""
                : String.format(Locale.ROOT, ", about %.0f s left", (expected - items) / rate);
        String paused = pauses.sum() == 0 ? "" : ", " + pauses.sum() + " pauses to try again";
        return String.format(
                Locale.ROOT, "%,d items read, %,.0f a second%s, %s%s%s", items, rate, left, consumed(), paused, slow());
    }

    /** Why it takes so long. */
    private String slow() {
        return usage.stream()
                .map(Usage::pace)
                .filter(why -> !why.isEmpty())
                .map(why -> ", " + why)
                .collect(Collectors.joining());
    }

    private String consumed() {
        double reads = usage.stream().mapToDouble(Usage::readUnits).sum();
        double writes = usage.stream().mapToDouble(Usage::writeUnits).sum();
        return String.format(Locale.ROOT, "%,.0f RCU %,.0f WCU", reads, writes);
    }

    private synchronized void line(String text) {
        err.println(text);
        err.flush();
    }

    @Override
    public void finished() {
        close();
    }

    @Override
    public void close() {
        ticker.shutdownNow();
        synchronized (this) {
            if (bar != null) {
                bar.close();
                bar = null;
            }
        }
    }
}
