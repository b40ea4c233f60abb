package dev.lockstep.local;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** JSON bodies. Writes pure ASCII, so that even a lone surrogate can be put on the wire. Stateless. */
final class Json {
    private static final JsonMapper MAPPER =
            JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    private Json() {}

    /** The object in these bytes, or null where they hold no JSON object. */
    static @Nullable ObjectNode parse(byte[] body) {
        try {
            return MAPPER.readTree(body) instanceof ObjectNode object ? object : null;
        } catch (JacksonException notJson) {
            return null;
        }
    }

    static byte[] bytes(JsonNode node) {
        return MAPPER.writeValueAsBytes(node);
    }

    static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    /** The member's text, or "" where there is none. */
    static String text(JsonNode node, String member) {
        return node.path(member).asString("");
    }

    /** A copy that shares the members, so that members can be set on it without touching the original. */
    static ObjectNode shallowCopy(ObjectNode node) {
        ObjectNode copy = object();
        copy.setAll(node);
        return copy;
    }
}
