package dev.lockstep.backup;

import dev.lockstep.InvalidSettingsException;
import dev.lockstep.objects.ObjectStore;
import dev.lockstep.objects.ObjectStore.Options;
import dev.lockstep.objects.ObjectWriter;
import dev.lockstep.table.Item;
import dev.lockstep.table.ItemJson;
import dev.lockstep.table.Key;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;

/**
 * One object with all items: bare lines of DynamoDB JSON, compressed, as mapbox's {@code incremental-snapshot} writes it.
 *
 * <p>Items may come from several threads at once, a {@link #taker} each. Nothing is there before {@link #commit}; closing
 * without one leaves nothing.
 */
public final class Snapshot implements AutoCloseable {
    private static final int BLOCK = 512 << 10;

    private final String location;
    private final ObjectWriter writer;
    private final GzipBlocks gzip;
    private final LongAdder items = new LongAdder();
    private final List<GzipBlocks.Blocks> blocks = new ArrayList<>();

    /** @param overwrite whether there may be such an object */
    public Snapshot(ObjectStore objects, String key, boolean overwrite) {
        this.location = objects.name() + "/" + key;
        this.writer = objects.create(key, (overwrite ? Options.REPLACE : Options.IF_ABSENT).ofType("application/gzip"));
        this.gzip = new GzipBlocks(writer::write);
    }

    /** For one thread: writes the items that it is given; what was deleted is left out. */
    public Merged.Taker taker() {
        GzipBlocks.Blocks own = gzip.blocks();
        synchronized (blocks) {
            blocks.add(own);
        }
        return new Merged.Taker() {
            @Override
            public void take(Key key, @Nullable Item item) {
                if (item != null) {
                    add(item, own);
                }
            }

            @Override
            public void end() {
                own.flush();
                own.close();
                synchronized (blocks) {
                    blocks.remove(own);
                }
            }
        };
    }

    private void add(Item item, GzipBlocks.Blocks to) {
        try (JsonGenerator json = ItemLines.FACTORY.createGenerator(ObjectWriteContext.empty(), to.plain())) {
            ItemJson.write(item.attributes(), json);
            json.writeRaw('\n');
        }
        items.increment();
        if (to.size() >= BLOCK) {
            to.flush();
        }
    }

    /**
     * Makes the object, once all takers have ended.
     *
     * @throws InvalidSettingsException where there is such an object, and it may not be replaced
     */
    public BackupResult commit() {
        gzip.finish();
        if (!writer.commit()) {
            throw new InvalidSettingsException(
                    "write", location, "there is such an object already", "Choose another name, or say --overwrite");
        }
        return new BackupResult(location, items.sum(), writer.size(), 1, true, false, Optional.empty());
    }

    @Override
    public void close() {
        synchronized (blocks) {
            blocks.forEach(GzipBlocks.Blocks::close);
        }
        writer.close();
    }
}
