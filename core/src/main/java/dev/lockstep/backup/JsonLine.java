package dev.lockstep.backup;

import dev.lockstep.table.Item;
import dev.lockstep.table.ItemJson;
import dev.lockstep.table.MalformedItemException;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import tools.jackson.databind.JsonNode;

/** Items as DynamoDB JSON, a line each. */
enum JsonLine implements LineFormat {
    /** The item itself: mapbox's tools, {@code dyno export}. */
    BARE {
        @Override
        ItemState read(JsonNode line) throws MalformedItemException {
            return ItemState.of(item(line));
        }
    },

    /** {@code {"Item":{…}}}: a full export. */
    WRAPPED {
        @Override
        ItemState read(JsonNode line) throws MalformedItemException {
            if (line.size() != 1) {
                throw new MalformedItemException("not {\"Item\":{…}}");
            }
            return ItemState.of(item(object(line, "Item")));
        }
    },

    /** {@code {"Metadata":{"WriteTimestampMicros":…},"Keys":{…},"NewImage":{…}}}: what an item had become. */
    CHANGED {
        @Override
        ItemState read(JsonNode line) throws MalformedItemException {
            Map<String, AttributeValue> key =
                    ItemLimits.checked(ItemJson.read(object(line, "Keys"))).attributes();
            if (line.has("OldImage")) {
                item(object(line, "OldImage"));
            }
            Item after = line.has("NewImage") ? item(object(line, "NewImage")) : null;
            return new ItemState(Optional.of(key), after, micros(line));
        }

        @Override
        public int longest() {
            return BackupLines.TWO_IMAGES;
        }
    },

    /** The item with its types in lower case: Data Pipeline, EMR. */
    LOWER_CASE {
        @Override
        ItemState read(JsonNode line) throws MalformedItemException {
            return ItemState.of(item(LowerCaseTypes.toUpperCase(line)));
        }
    };

    @Override
    public ItemState read(String line) throws MalformedItemException {
        JsonNode json = ItemJson.parse(line);
        if (!json.isObject()) {
            throw new MalformedItemException("not a JSON object");
        }
        return read(json);
    }

    abstract ItemState read(JsonNode line) throws MalformedItemException;

    private static Item item(JsonNode json) throws MalformedItemException {
        return ItemLimits.checked(ItemJson.read(json));
    }

    private static JsonNode object(JsonNode line, String name) throws MalformedItemException {
        JsonNode value = line.path(name);
        if (!value.isObject()) {
            throw new MalformedItemException("no '" + name + "'");
        }
        return value;
    }

    /** AWS shows it as a DynamoDB number and, in places, as the bare text. */
    private static String micros(JsonNode line) throws MalformedItemException {
        JsonNode micros = line.path("Metadata").path("WriteTimestampMicros");
        String text = (micros.isObject() ? micros.path("N") : micros).asString("");
        if (!text.matches("[0-9]{1,19}")) {
            throw new MalformedItemException("no 'WriteTimestampMicros'");
        }
        return text;
    }
}
