package dev.lockstep.folder;

import dev.lockstep.objects.Digest;
import dev.lockstep.table.Key;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * What an item's object in a folder of items is called: a hash of the key's DynamoDB JSON.
 *
 * <p>The name to write is the SHA-256 with the partition key first. Older writers of this format took MD5, and some wrote
 * the sort key first, so an item may also be found under other names. The text of a number is taken as it is: DynamoDB
 * gives each number in one form, and that is what must be asked for.
 */
public final class ItemFolderName {
    private static final Pattern HASH = Pattern.compile("[0-9a-f]{32}|[0-9a-f]{64}");

    private ItemFolderName() {}

    /** Whether an item may be called so. */
    public static boolean isOne(String name) {
        return HASH.matcher(name).matches();
    }

    /** The name to write the item of this key to. */
    public static String of(Key key) {
        return Digest.SHA256.hexOf(ItemFolderJson.bytes(key.attributes()));
    }

    /** All names that the item of this key may be under, that of {@link #of} first: two, or four with a sort key. */
    public static List<String> all(Key key) {
        List<String> names = new ArrayList<>();
        for (Map<String, AttributeValue> attributes : orders(key)) {
            byte[] json = ItemFolderJson.bytes(attributes);
            names.add(Digest.SHA256.hexOf(json));
            names.add(Digest.MD5.hexOf(json));
        }
        return names;
    }

    private static List<Map<String, AttributeValue>> orders(Key key) {
        Map<String, AttributeValue> partitionFirst = key.attributes();
        if (partitionFirst.size() == 1) {
            return List.of(partitionFirst);
        }
        List<Map.Entry<String, AttributeValue>> reversed = new ArrayList<>(partitionFirst.entrySet());
        Collections.reverse(reversed);
        Map<String, AttributeValue> sortFirst = new LinkedHashMap<>();
        reversed.forEach(attribute -> sortFirst.put(attribute.getKey(), attribute.getValue()));
        return List.of(partitionFirst, sortFirst);
    }
}
