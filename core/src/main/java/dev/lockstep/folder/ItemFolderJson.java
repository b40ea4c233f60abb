package dev.lockstep.folder;

import dev.lockstep.table.ItemJson;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * DynamoDB JSON in the very bytes of JavaScript's {@code JSON.stringify}: no spaces, UTF-8, only quotes, backslashes and
 * control characters escaped, these in lower-case hex or their short forms. Names of objects are hashes of it.
 */
public final class ItemFolderJson {
    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .disable(JsonWriteFeature.WRITE_HEX_UPPER_CASE)
                    .disable(JsonWriteFeature.ESCAPE_FORWARD_SLASHES)
                    .disable(JsonWriteFeature.ESCAPE_NON_ASCII)
                    .build())
            .build();

    private ItemFolderJson() {}

    /** In the order of the map. */
    public static byte[] bytes(Map<String, AttributeValue> attributes) {
        return MAPPER.writeValueAsBytes(ItemJson.node(attributes));
    }
}
