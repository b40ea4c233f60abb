package dev.lockstep.backup;

import dev.lockstep.table.Item;
import dev.lockstep.table.ItemJson;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPOutputStream;
import tools.jackson.core.JsonEncoding;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonWriteFeature;

/**
 * Items as lines of DynamoDB JSON, compressed, onto a stream that stays open. The same items give the same bytes: the
 * header of the compression tells no time. Used by one thread.
 */
final class ItemLines implements AutoCloseable {
    /** What one line holds. */
    enum Form {
        /** {@code {"Item":{…}}}, as in exports. */
        WRAPPED,
        /** The item itself. */
        BARE
    }

    static final JsonFactory FACTORY = JsonFactory.builder()
            .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
            .disable(JsonWriteFeature.ESCAPE_FORWARD_SLASHES)
            .disable(JsonWriteFeature.WRITE_HEX_UPPER_CASE)
            .rootValueSeparator("\n")
            .build();

    /** A quarter less time than the usual level, for a fiftieth more bytes (lines of words, numbers and ids). */
    private static final int LEVEL = 4;

    private static final int BUFFER = 16 << 10;

    private final Gzip gzip;
    private final JsonGenerator json;
    private final Form form;
    private long items;

    ItemLines(OutputStream target, Form form) {
        this.form = form;
        try {
            this.gzip = new Gzip(target);
        } catch (IOException e) {
            throw unexpected(e);
        }
        this.json = FACTORY.createGenerator(ObjectWriteContext.empty(), gzip, JsonEncoding.UTF8);
    }

    void add(Item item) {
        if (form == Form.WRAPPED) {
            json.writeStartObject();
            json.writeName("Item");
        }
        ItemJson.write(item.attributes(), json);
        if (form == Form.WRAPPED) {
            json.writeEndObject();
        }
        items++;
    }

    long items() {
        return items;
    }

    /** Ends the last line and the compression; all is written then. The stream beneath stays open. */
    void finish() {
        json.close();
        try {
            if (items > 0) {
                gzip.write("\n".getBytes(StandardCharsets.US_ASCII));
            }
            gzip.finish();
        } catch (IOException e) {
            throw unexpected(e);
        }
    }

    /** Sets memory free, writes nothing. */
    @Override
    public void close() {
        gzip.release();
    }

    /** An object's writer has failures of its own. */
    private static IllegalStateException unexpected(IOException e) {
        return new IllegalStateException(e);
    }

    private static final class Gzip extends GZIPOutputStream {
        Gzip(OutputStream target) throws IOException {
            super(target, BUFFER);
            def.setLevel(LEVEL);
        }

        void release() {
            def.end();
        }
    }
}
