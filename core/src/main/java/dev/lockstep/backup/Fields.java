package dev.lockstep.backup;

import dev.lockstep.table.MalformedItemException;
import java.time.DateTimeException;
import java.time.Instant;
import tools.jackson.databind.JsonNode;

/** The fields of our own files, which must be there and of their kind. */
final class Fields {
    private Fields() {}

    static String text(JsonNode json, String name) throws MalformedItemException {
        if (!json.path(name).isString()) {
            throw new MalformedItemException("it has no text '" + name + "'");
        }
        return json.path(name).stringValue();
    }

    /** Not negative. */
    static long number(JsonNode json, String name) throws MalformedItemException {
        JsonNode value = json.path(name);
        if (!value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() < 0) {
            throw new MalformedItemException("it has no number '" + name + "'");
        }
        return value.longValue();
    }

    static boolean flag(JsonNode json, String name) throws MalformedItemException {
        if (!json.path(name).isBoolean()) {
            throw new MalformedItemException("it has no '" + name + "' that is true or false");
        }
        return json.path(name).booleanValue();
    }

    static Instant instant(JsonNode json, String name) throws MalformedItemException {
        try {
            return Instant.parse(text(json, name));
        } catch (DateTimeException e) {
            throw new MalformedItemException("its '" + name + "' is no time");
        }
    }

    static JsonNode array(JsonNode json, String name) throws MalformedItemException {
        if (!json.path(name).isArray()) {
            throw new MalformedItemException("it has no list '" + name + "'");
        }
        return json.path(name);
    }

    /** Refuses a file of a later version of ours, and one that is not ours. */
    static void version(JsonNode json, String name, int known) throws MalformedItemException {
        long version = number(json, name);
        if (version != known) {
            throw new MalformedItemException(
                    "it is of version " + version + ", and this Lockstep knows version " + known + " only");
        }
    }
}
