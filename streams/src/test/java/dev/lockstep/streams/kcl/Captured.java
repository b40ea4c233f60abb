package dev.lockstep.streams.kcl;

import dev.lockstep.change.StreamRecord;
import dev.lockstep.table.KeyAttribute;
import dev.lockstep.table.KeySchema;
import dev.lockstep.table.MalformedItemException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;

/** Remembers what came, in order. */
final class Captured implements ShardWork {
    /** Part of each item; must appear in no log. */
    static final String CANARY = "canary-5f0c2b";

    final List<String> ids = new CopyOnWriteArrayList<>();
    private final Map<String, List<Integer>> versions = new ConcurrentHashMap<>();
    final List<String> opened = new CopyOnWriteArrayList<>();
    final List<String> closed = new CopyOnWriteArrayList<>();
    private final KeySchema keys = new KeySchema(new KeyAttribute("id", ScalarAttributeType.S), Optional.empty());

    @Override
    public void process(String shardId, List<StreamRecord> records) {
        List<String> some = new ArrayList<>();
        for (StreamRecord record : records) {
            some.add(id(record));
            versions.computeIfAbsent(id(record), any -> new CopyOnWriteArrayList<>())
                    .add(version(record));
        }
        ids.addAll(some);
    }

    String id(StreamRecord record) {
        try {
            AttributeValue id = record.read(keys).key().attributes().get("id");
            return id.s();
        } catch (MalformedItemException e) {
            throw new IllegalStateException(e);
        }
    }

    private int version(StreamRecord record) {
        try {
            var image = record.read(keys).image();
            return image == null
                    ? -1
                    : Integer.parseInt(image.attributes().get("version").n());
        } catch (MalformedItemException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The versions of each item, as they came. */
    Map<String, List<Integer>> versions() {
        return new HashMap<>(versions);
    }

    Set<String> distinct() {
        return new HashSet<>(ids);
    }

    @Override
    public void opened(String shardId) {
        opened.add(shardId);
    }

    @Override
    public void closed(String shardId) {
        closed.add(shardId);
    }
}
