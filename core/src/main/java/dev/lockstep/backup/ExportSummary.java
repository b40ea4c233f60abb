package dev.lockstep.backup;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.lockstep.table.ItemJson;
import dev.lockstep.table.MalformedItemException;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * An export's {@code manifest-summary.json}.
 *
 * @param from an incremental export tells of changes from here on; empty for a full one
 * @param to up to here, exclusive; for a full one the time that it shows
 * @param format {@code DYNAMODB_JSON} or {@code ION}
 * @param manifest key of {@code manifest-files.json} where it was first written
 * @param prefix that was asked for; keys in the manifests come with it or without
 * @param filtered whether only some items or attributes were exported
 */
record ExportSummary(
        String tableArn,
        Optional<String> tableId,
        Optional<Instant> from,
        Instant to,
        String format,
        long itemCount,
        String manifest,
        String prefix,
        boolean filtered) {
    private static final Set<String> VERSIONS = Set.of("2020-06-30", "2023-08-01");
    private static final Set<String> FORMATS = Set.of("DYNAMODB_JSON", "ION");
    private static final String INCREMENTAL = "INCREMENTAL_EXPORT";

    /** @throws DamagedException where it is not what DynamoDB writes, or of a version that is not known */
    static ExportSummary parse(String file, byte[] content) {
        try {
            return of(ItemJson.parse(new String(content, UTF_8)));
        } catch (MalformedItemException e) {
            throw new DamagedException(file, e.getMessage(), e);
        }
    }

    private static ExportSummary of(JsonNode json) throws MalformedItemException {
        requireKnown("version", Fields.text(json, "version"), VERSIONS);
        String format = Fields.text(json, "outputFormat");
        requireKnown("outputFormat", format, FORMATS);
        String type = json.path("exportType").asString("FULL_EXPORT");
        requireKnown("exportType", type, Set.of("FULL_EXPORT", INCREMENTAL));
        boolean incremental = type.equals(INCREMENTAL);
        ExportSummary summary = new ExportSummary(
                Fields.text(json, "tableArn"),
                Optional.of(json.path("tableId").asString("")).filter(id -> !id.isEmpty()),
                incremental ? Optional.of(Fields.instant(json, "exportFromTime")) : Optional.empty(),
                Fields.instant(json, incremental ? "exportToTime" : "exportTime"),
                format,
                Fields.number(json, "itemCount"),
                Fields.text(json, "manifestFilesS3Key"),
                json.path("s3Prefix").asString("").replaceAll("/+$", ""),
                json.propertyNames().stream().anyMatch(ExportSummary::tellsOfFilter));
        if (incremental && !summary.from().orElseThrow().isBefore(summary.to())) {
            throw new MalformedItemException("its window ends before it begins");
        }
        return summary;
    }

    /** Such an export is not the whole table; a field of a name that is not known yet may tell so. */
    private static boolean tellsOfFilter(String field) {
        String lower = field.toLowerCase(Locale.ROOT);
        return lower.contains("filter") || lower.contains("projection");
    }

    private static void requireKnown(String field, String value, Set<String> known) throws MalformedItemException {
        if (!known.contains(value)) {
            throw new MalformedItemException("its '" + field + "' is none that this Lockstep knows");
        }
    }

    boolean incremental() {
        return from.isPresent();
    }

    LineFormat lines() {
        if (format.equals("ION")) {
            return incremental() ? IonLine.CHANGED : IonLine.WRAPPED;
        }
        return incremental() ? JsonLine.CHANGED : JsonLine.WRAPPED;
    }
}
