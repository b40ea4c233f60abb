package dev.lockstep.table;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.GlobalSecondaryIndexDescription;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.LocalSecondaryIndexDescription;
import software.amazon.awssdk.services.dynamodb.model.OnDemandThroughput;
import software.amazon.awssdk.services.dynamodb.model.Projection;
import software.amazon.awssdk.services.dynamodb.model.ProvisionedThroughputDescription;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;
import software.amazon.awssdk.services.dynamodb.model.StreamSpecification;
import software.amazon.awssdk.services.dynamodb.model.TableDescription;
import software.amazon.awssdk.services.dynamodb.model.Tag;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** A {@link TableDocument} in the AWS CLI's JSON: as much of it as makes a table anew, or tells which one it was. */
final class TableJson {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private TableJson() {}

    static String write(TableDocument document) {
        ObjectNode json = JSON.objectNode();
        json.set("Table", table(document.description()));
        ObjectNode expiry = json.putObject("TimeToLiveDescription");
        expiry.put("TimeToLiveStatus", document.timeToLive().isPresent() ? "ENABLED" : "DISABLED");
        document.timeToLive().ifPresent(attribute -> expiry.put("AttributeName", attribute));
        ArrayNode tags = json.putArray("Tags");
        document.tags().forEach(tag -> tags.addObject().put("Key", tag.key()).put("Value", tag.value()));
        return json.toString();
    }

    private static ObjectNode table(TableDescription t) {
        ObjectNode json = JSON.objectNode();
        ArrayNode attributes = json.putArray("AttributeDefinitions");
        t.attributeDefinitions()
                .forEach(a -> attributes
                        .addObject()
                        .put("AttributeName", a.attributeName())
                        .put("AttributeType", a.attributeTypeAsString()));
        text(json, "TableName", t.tableName());
        json.set("KeySchema", keys(t.keySchema()));
        text(json, "TableStatus", t.tableStatusAsString());
        text(json, "CreationDateTime", t.creationDateTime());
        throughput(json, t.provisionedThroughput());
        number(json, "TableSizeBytes", t.tableSizeBytes());
        number(json, "ItemCount", t.itemCount());
        text(json, "TableArn", t.tableArn());
        text(json, "TableId", t.tableId());
        if (t.billingModeSummary() != null) {
            text(
                    json.putObject("BillingModeSummary"),
                    "BillingMode",
                    t.billingModeSummary().billingModeAsString());
        }
        if (t.hasLocalSecondaryIndexes()) {
            ArrayNode indexes = json.putArray("LocalSecondaryIndexes");
            t.localSecondaryIndexes().forEach(i -> indexes.add(index(i.indexName(), i.keySchema(), i.projection())));
        }
        if (t.hasGlobalSecondaryIndexes()) {
            ArrayNode indexes = json.putArray("GlobalSecondaryIndexes");
            t.globalSecondaryIndexes().forEach(i -> indexes.add(global(i)));
        }
        if (t.streamSpecification() != null) {
            ObjectNode stream = json.putObject("StreamSpecification")
                    .put(
                            "StreamEnabled",
                            Boolean.TRUE.equals(t.streamSpecification().streamEnabled()));
            text(stream, "StreamViewType", t.streamSpecification().streamViewTypeAsString());
        }
        text(json, "LatestStreamLabel", t.latestStreamLabel());
        text(json, "LatestStreamArn", t.latestStreamArn());
        if (t.tableClassSummary() != null) {
            text(
                    json.putObject("TableClassSummary"),
                    "TableClass",
                    t.tableClassSummary().tableClassAsString());
        }
        if (t.deletionProtectionEnabled() != null) {
            json.put("DeletionProtectionEnabled", t.deletionProtectionEnabled());
        }
        onDemand(json, t.onDemandThroughput());
        return json;
    }

    private static ObjectNode global(GlobalSecondaryIndexDescription i) {
        ObjectNode json = index(i.indexName(), i.keySchema(), i.projection());
        throughput(json, i.provisionedThroughput());
        onDemand(json, i.onDemandThroughput());
        return json;
    }

    private static ObjectNode index(String name, List<KeySchemaElement> keys, Projection projection) {
        ObjectNode json = JSON.objectNode().put("IndexName", name);
        json.set("KeySchema", keys(keys));
        ObjectNode projected = json.putObject("Projection").put("ProjectionType", projection.projectionTypeAsString());
        if (projection.hasNonKeyAttributes()) {
            ArrayNode names = projected.putArray("NonKeyAttributes");
            projection.nonKeyAttributes().forEach(names::add);
        }
        return json;
    }

    private static ArrayNode keys(List<KeySchemaElement> keys) {
        ArrayNode json = JSON.arrayNode();
        keys.forEach(
                k -> json.addObject().put("AttributeName", k.attributeName()).put("KeyType", k.keyTypeAsString()));
        return json;
    }

    private static void throughput(ObjectNode json, @Nullable ProvisionedThroughputDescription t) {
        if (t != null) {
            ObjectNode units = json.putObject("ProvisionedThroughput");
            number(units, "ReadCapacityUnits", t.readCapacityUnits());
            number(units, "WriteCapacityUnits", t.writeCapacityUnits());
        }
    }

    private static void onDemand(ObjectNode json, @Nullable OnDemandThroughput t) {
        if (t != null) {
            ObjectNode units = json.putObject("OnDemandThroughput");
            number(units, "MaxReadRequestUnits", t.maxReadRequestUnits());
            number(units, "MaxWriteRequestUnits", t.maxWriteRequestUnits());
        }
    }

    private static void text(ObjectNode json, String name, @Nullable Object value) {
        if (value != null) {
            json.put(name, value.toString());
        }
    }

    private static void number(ObjectNode json, String name, @Nullable Long value) {
        if (value != null) {
            json.put(name, value);
        }
    }

    static TableDocument read(String text) throws MalformedItemException {
        JsonNode json = ItemJson.parse(text);
        JsonNode table = json.path("Table").isObject() ? json.path("Table") : json;
        TableDescription description = description(table);
        JsonNode expiry = json.path("TimeToLiveDescription");
        Optional<String> timeToLive =
                expiry.path("TimeToLiveStatus").asString("").startsWith("ENABL")
                        ? Optional.of(required(expiry, "AttributeName"))
                        : Optional.empty();
        List<Tag> tags = new ArrayList<>();
        for (JsonNode tag : json.path("Tags")) {
            tags.add(Tag.builder()
                    .key(required(tag, "Key"))
                    .value(tag.path("Value").asString(""))
                    .build());
        }
        return new TableDocument(description, timeToLive, tags);
    }

    private static TableDescription description(JsonNode table) throws MalformedItemException {
        TableDescription.Builder t = TableDescription.builder()
                .tableName(optional(table, "TableName"))
                .keySchema(keys(table))
                .attributeDefinitions(definitions(table))
                .tableStatus(optional(table, "TableStatus"))
                .creationDateTime(instant(table.path("CreationDateTime")))
                .provisionedThroughput(throughput(table))
                .tableSizeBytes(number(table, "TableSizeBytes"))
                .itemCount(number(table, "ItemCount"))
                .tableArn(optional(table, "TableArn"))
                .tableId(optional(table, "TableId"))
                .latestStreamLabel(optional(table, "LatestStreamLabel"))
                .latestStreamArn(optional(table, "LatestStreamArn"))
                .onDemandThroughput(onDemand(table));
        either(table, "BillingModeSummary", "BillingMode")
                .ifPresent(mode -> t.billingModeSummary(b -> b.billingMode(mode)));
        either(table, "TableClassSummary", "TableClass").ifPresent(c -> t.tableClassSummary(b -> b.tableClass(c)));
        if (table.path("DeletionProtectionEnabled").isBoolean()) {
            t.deletionProtectionEnabled(table.path("DeletionProtectionEnabled").booleanValue());
        }
        if (table.path("StreamSpecification").isObject()) {
            t.streamSpecification(stream(table.path("StreamSpecification")));
        }
        indexes(table, t);
        TableDescription described = t.build();
        requireKey(described);
        return described;
    }

    private static void indexes(JsonNode table, TableDescription.Builder t) throws MalformedItemException {
        List<LocalSecondaryIndexDescription> local = new ArrayList<>();
        for (JsonNode i : table.path("LocalSecondaryIndexes")) {
            local.add(LocalSecondaryIndexDescription.builder()
                    .indexName(required(i, "IndexName"))
                    .keySchema(keys(i))
                    .projection(projection(i))
                    .build());
        }
        List<GlobalSecondaryIndexDescription> global = new ArrayList<>();
        for (JsonNode i : table.path("GlobalSecondaryIndexes")) {
            global.add(GlobalSecondaryIndexDescription.builder()
                    .indexName(required(i, "IndexName"))
                    .keySchema(keys(i))
                    .projection(projection(i))
                    .provisionedThroughput(throughput(i))
                    .onDemandThroughput(onDemand(i))
                    .build());
        }
        if (!local.isEmpty()) {
            t.localSecondaryIndexes(local);
        }
        if (!global.isEmpty()) {
            t.globalSecondaryIndexes(global);
        }
    }

    /** What an answer tells in a summary, a request tells by itself. */
    private static Optional<String> either(JsonNode table, String summary, String name) {
        return Stream.of(table.path(summary).path(name), table.path(name))
                .filter(JsonNode::isString)
                .map(JsonNode::stringValue)
                .findFirst();
    }

    private static void requireKey(TableDescription table) throws MalformedItemException {
        List<KeySchemaElement> keys = table.keySchema();
        boolean formed = !keys.isEmpty()
                && keys.size() <= 2
                && keys.get(0).keyType() == KeyType.HASH
                && (keys.size() == 1 || keys.get(1).keyType() == KeyType.RANGE);
        boolean typed = keys.stream()
                .allMatch(k -> table.attributeDefinitions().stream()
                        .anyMatch(a -> a.attributeName().equals(k.attributeName())
                                && a.attributeType() != ScalarAttributeType.UNKNOWN_TO_SDK_VERSION));
        if (!formed || !typed) {
            throw new MalformedItemException("it describes no table: the key's attributes and their types are missing");
        }
    }

    private static List<KeySchemaElement> keys(JsonNode of) throws MalformedItemException {
        List<KeySchemaElement> keys = new ArrayList<>();
        for (JsonNode key : of.path("KeySchema")) {
            keys.add(KeySchemaElement.builder()
                    .attributeName(required(key, "AttributeName"))
                    .keyType(required(key, "KeyType"))
                    .build());
        }
        return keys;
    }

    private static List<AttributeDefinition> definitions(JsonNode table) throws MalformedItemException {
        List<AttributeDefinition> definitions = new ArrayList<>();
        for (JsonNode attribute : table.path("AttributeDefinitions")) {
            definitions.add(AttributeDefinition.builder()
                    .attributeName(required(attribute, "AttributeName"))
                    .attributeType(required(attribute, "AttributeType"))
                    .build());
        }
        return definitions;
    }

    private static Projection projection(JsonNode index) throws MalformedItemException {
        JsonNode json = index.path("Projection");
        Projection.Builder projection = Projection.builder().projectionType(required(json, "ProjectionType"));
        List<String> names = StreamSupport.stream(json.path("NonKeyAttributes").spliterator(), false)
                .map(name -> name.asString(""))
                .toList();
        return (names.isEmpty() ? projection : projection.nonKeyAttributes(names)).build();
    }

    private static StreamSpecification stream(JsonNode json) {
        return StreamSpecification.builder()
                .streamEnabled(json.path("StreamEnabled").asBoolean(false))
                .streamViewType(optional(json, "StreamViewType"))
                .build();
    }

    private static @Nullable ProvisionedThroughputDescription throughput(JsonNode of) {
        JsonNode json = of.path("ProvisionedThroughput");
        return json.isObject()
                ? ProvisionedThroughputDescription.builder()
                        .readCapacityUnits(number(json, "ReadCapacityUnits"))
                        .writeCapacityUnits(number(json, "WriteCapacityUnits"))
                        .build()
                : null;
    }

    private static @Nullable OnDemandThroughput onDemand(JsonNode of) {
        JsonNode json = of.path("OnDemandThroughput");
        return json.isObject()
                ? OnDemandThroughput.builder()
                        .maxReadRequestUnits(number(json, "MaxReadRequestUnits"))
                        .maxWriteRequestUnits(number(json, "MaxWriteRequestUnits"))
                        .build()
                : null;
    }

    /** The second version of the CLI prints a date, the first the seconds since 1970. */
    private static @Nullable Instant instant(JsonNode time) {
        try {
            if (time.isNumber()) {
                return Instant.ofEpochMilli(Math.round(time.doubleValue() * 1000));
            }
            return time.isString() ? OffsetDateTime.parse(time.stringValue()).toInstant() : null;
        } catch (DateTimeException e) {
            return null;
        }
    }

    private static String required(JsonNode json, String name) throws MalformedItemException {
        String text = optional(json, name);
        if (text == null) {
            throw new MalformedItemException("it describes no table: " + name + " is missing");
        }
        return text;
    }

    private static @Nullable String optional(JsonNode json, String name) {
        return json.path(name).isString() ? json.path(name).stringValue() : null;
    }

    private static @Nullable Long number(JsonNode json, String name) {
        return json.path(name).isIntegralNumber() && json.path(name).canConvertToLong()
                ? json.path(name).longValue()
                : null;
    }
}
