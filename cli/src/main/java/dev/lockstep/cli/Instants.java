package dev.lockstep.cli;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Instants as users write them: ISO 8601 with a zone ({@code 2025-03-01T12:00:00Z}), or seconds or milliseconds since 1970. */
final class Instants implements ITypeConverter<Instant> {
    /** As seconds this would be in the year 5138. */
    private static final long FIRST_MILLIS = 100_000_000_000L;

    @Override
    public Instant convert(String text) {
        if (text.matches("\\d{1,15}")) {
            long number = Long.parseLong(text);
            return number < FIRST_MILLIS ? Instant.ofEpochSecond(number) : Instant.ofEpochMilli(number);
        }
        try {
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeException e) {
            throw new TypeConversionException("'" + text
                    + "' is not an instant such as 2025-03-01T12:00:00Z, 2025-03-01T13:00:00+01:00 or 1740830400");
        }
    }
}
