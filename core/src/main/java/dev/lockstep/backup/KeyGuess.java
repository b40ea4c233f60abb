package dev.lockstep.backup;

import dev.lockstep.folder.ItemFolderName;
import dev.lockstep.table.Item;
import dev.lockstep.table.Key;
import dev.lockstep.table.KeyAttribute;
import dev.lockstep.table.KeySchema;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;

/** Which of an item's attributes are its key: those whose hash is the name of its object. */
final class KeyGuess {
    /** Of more attributes there are too many pairs to try. */
    private static final int MAX_PAIRED = 200;

    private KeyGuess() {}

    /** Which of two attributes is the partition key cannot be told: the first that fits is taken. */
    static Optional<KeySchema> of(String name, Item item) {
        List<KeyAttribute> candidates = item.attributes().entrySet().stream()
                .flatMap(attribute -> candidate(attribute).stream())
                .toList();
        return single(name, item, candidates)
                .or(() -> candidates.size() > MAX_PAIRED ? Optional.empty() : pair(name, item, candidates));
    }

    private static Optional<KeyAttribute> candidate(Map.Entry<String, AttributeValue> attribute) {
        ScalarAttributeType type = switch (attribute.getValue().type()) {
            case S -> ScalarAttributeType.S;
            case N -> ScalarAttributeType.N;
            case B -> ScalarAttributeType.B;
            default -> ScalarAttributeType.UNKNOWN_TO_SDK_VERSION;
        };
        return type == ScalarAttributeType.UNKNOWN_TO_SDK_VERSION
                ? Optional.empty()
                : Optional.of(new KeyAttribute(attribute.getKey(), type));
    }

    private static Optional<KeySchema> single(String name, Item item, List<KeyAttribute> candidates) {
        return candidates.stream()
                .map(attribute -> new KeySchema(attribute, Optional.empty()))
                .filter(keys -> isNamed(name, keys.keyOf(item.attributes())))
                .findFirst();
    }

    /** A key has the names of both orders, so each pair is tried once. */
    private static Optional<KeySchema> pair(String name, Item item, List<KeyAttribute> candidates) {
        for (int i = 0; i < candidates.size(); i++) {
            for (int j = i + 1; j < candidates.size(); j++) {
                KeySchema keys = new KeySchema(candidates.get(i), Optional.of(candidates.get(j)));
                Key key = keys.keyOf(item.attributes());
                if (isNamed(name, key)) {
                    boolean asWritten = ItemFolderName.all(key).subList(0, 2).contains(name);
                    return Optional.of(
                            asWritten ? keys : new KeySchema(candidates.get(j), Optional.of(candidates.get(i))));
                }
            }
        }
        return Optional.empty();
    }

    private static boolean isNamed(String name, Key key) {
        return ItemFolderName.all(key).contains(name);
    }
}
