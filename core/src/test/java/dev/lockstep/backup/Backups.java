package dev.lockstep.backup;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.lockstep.objects.ObjectStore;
import dev.lockstep.table.Item;
import dev.lockstep.table.ItemJson;
import dev.lockstep.table.KeySchema;
import dev.lockstep.table.TableDocument;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.TableDescription;
import tools.jackson.databind.JsonNode;

/** Looks at backups in tests as somebody would who knows nothing of our classes. */
final class Backups {
    private Backups() {}

    static List<String> lines(ObjectStore objects, String key) {
        byte[] content = objects.get(key).orElseThrow().content();
        try (var in = new GZIPInputStream(new ByteArrayInputStream(content))) {
            return new String(in.readAllBytes(), UTF_8).lines().toList();
        } catch (IOException e) {
            throw new IllegalStateException(key, e);
        }
    }

    static List<String> keys(ObjectStore objects, String prefix) {
        return objects.list(prefix).map(ObjectStore.Entry::key).toList();
    }

    static JsonNode json(ObjectStore objects, String key) {
        return json(new String(objects.get(key).orElseThrow().content(), UTF_8));
    }

    static JsonNode json(String text) {
        try {
            return ItemJson.parse(text);
        } catch (Exception e) {
            throw new IllegalStateException(text, e);
        }
    }

    static Item item(JsonNode json) {
        try {
            return Item.of(ItemJson.read(json));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** All items below a prefix, from files of one form. */
    static List<Item> items(ObjectStore objects, String prefix, ItemLines.Form form) {
        List<Item> items = new ArrayList<>();
        for (String key : keys(objects, prefix)) {
            for (String line : lines(objects, key)) {
                JsonNode json = json(line);
                items.add(item(form == ItemLines.Form.BARE ? json : json.required("Item")));
            }
        }
        return items;
    }

    static TableDocument document(KeySchema keys) {
        List<KeySchemaElement> schema = new ArrayList<>();
        keys.attributes()
                .forEach(a -> schema.add(KeySchemaElement.builder()
                        .attributeName(a.name())
                        .keyType(schema.isEmpty() ? KeyType.HASH : KeyType.RANGE)
                        .build()));
        TableDescription table = TableDescription.builder()
                .tableName("orders")
                .tableArn("arn:aws:dynamodb:us-east-1:123456789012:table/orders")
                .keySchema(schema)
                .attributeDefinitions(keys.attributes().stream()
                        .map(a -> AttributeDefinition.builder()
                                .attributeName(a.name())
                                .attributeType(a.type())
                                .build())
                        .toList())
                .build();
        return new TableDocument(table, Optional.of("expires"), List.of());
    }
}
