package dev.lockstep.backup;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/**
 * One gzip stream whose blocks are compressed on the threads that bring them, and put one after the other as they come. Any
 * reader reads it: it is one member, not several. Thread-safe, but for {@link Blocks}.
 */
final class GzipBlocks {
    /** Magic number, deflate, no name, no time, no system told. */
    private static final byte[] HEADER = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, (byte) 0xff};
    /** The last block: empty. */
    private static final byte[] END = {3, 0};

    private static final int LEVEL = 4;

    private final Target target;
    private final CRC32 crc = new CRC32();
    private long length;

    /** Where the stream goes; fails with exceptions of its own. */
    interface Target {
        void write(byte[] bytes, int from, int length);
    }

    GzipBlocks(Target target) {
        this.target = target;
        target.write(HEADER, 0, HEADER.length);
    }

    /** Begins to compress blocks on this thread. */
    Blocks blocks() {
        return new Blocks();
    }

    private synchronized void append(byte[] plain, byte[] packed, int packedLength) {
        crc.update(plain);
        length += plain.length;
        target.write(packed, 0, packedLength);
    }

    /** Ends the stream; no block may come any more. */
    synchronized void finish() {
        target.write(END, 0, END.length);
        byte[] trailer = ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt((int) crc.getValue())
                .putInt((int) length)
                .array();
        target.write(trailer, 0, trailer.length);
    }

    /** One thread's way in: what is written to {@link #plain()} becomes a block with {@link #flush}. */
    final class Blocks implements AutoCloseable {
        private final Deflater deflater = new Deflater(LEVEL, true);
        private final ByteArrayOutputStream plain = new ByteArrayOutputStream();
        private byte[] packed = new byte[64 << 10];

        OutputStream plain() {
            return plain;
        }

        int size() {
            return plain.size();
        }

        void flush() {
            byte[] bytes = plain.toByteArray();
            plain.reset();
            deflater.reset();
            deflater.setInput(bytes);
            int filled = 0;
            // Until there is room left all is not out; a full flush ends on a whole byte and looks back at nothing
            // before.
            while (true) {
                filled += deflater.deflate(packed, filled, packed.length - filled, Deflater.FULL_FLUSH);
                if (filled < packed.length) {
                    break;
                }
                packed = Arrays.copyOf(packed, packed.length * 2);
            }
            append(bytes, packed, filled);
        }

        @Override
        public void close() {
            deflater.end();
        }
    }
}
