package dev.lockstep.streams.kcl;

import dev.lockstep.change.StreamRecord;
import dev.lockstep.table.KeyAttribute;
import dev.lockstep.table.KeySchema;
import dev.lockstep.table.MalformedItemException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;

/** Remembers what came, in order. */
final class Captured implements ShardWork {
    /** Part of each item; must appear in no log. */
    static final String CANARY = "canary-5f0c2b";

    final List<String> ids = new CopyOnWriteArrayList<>();
    final List<String> opened = new CopyOnWriteArrayList<>();
    final List<String> closed = new CopyOnWriteArrayList<>();
    private final KeySchema keys = new KeySchema(new KeyAttribute("id", ScalarAttributeType.S), Optional.empty());

    @Override
    public void process(String shardId, List<StreamRecord> records) {
        List<String> some = new ArrayList<>();
        for (StreamRecord record : records) {
            some.add(id(record));
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
