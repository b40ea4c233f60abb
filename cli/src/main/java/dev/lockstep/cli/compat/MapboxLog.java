package dev.lockstep.cli.compat;

import java.io.PrintWriter;
import java.security.SecureRandom;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Locale;

/** Lines as mapbox's tools log them: {@code [Sat, 01 Mar 2025 12:00:00 GMT] [info] [diff-tables] [JOB] …}, on stdout. */
final class MapboxLog {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH);
    private static final int JOB_BYTES = 8;

    private final PrintWriter out;
    private final String category;
    private final String job;

    MapboxLog(PrintWriter out, String category, String job) {
        this.out = out;
        this.category = category;
        this.job = job;
    }

    /** A name that nobody gave. */
    static String newJob() {
        byte[] random = new byte[JOB_BYTES];
        new SecureRandom().nextBytes(random);
        return HexFormat.of().formatHex(random);
    }

    void info(String message) {
        String time = TIME.format(ZonedDateTime.now(ZoneOffset.UTC));
        out.println("[" + time + "] [info] [" + category + "] [" + job + "] " + message);
        out.flush();
    }
}
