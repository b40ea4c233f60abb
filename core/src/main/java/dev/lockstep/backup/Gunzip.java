package dev.lockstep.backup;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import java.util.zip.ZipException;

/**
 * What a gzip stream holds, proved: each member's checksum and length, several members one after the other, and nothing
 * behind the last. The JDK's own reader passes over whatever follows a member, and so over a file that was damaged there.
 */
final class Gunzip extends InputStream {
    private static final int MAGIC = 0x8b1f;
    private static final int DEFLATE = 8;
    private static final int HEADER_CRC = 2;
    private static final int EXTRA = 4;
    private static final int NAME = 8;
    private static final int COMMENT = 16;
    private static final int RESERVED = 0xe0;

    private final InputStream in;
    private final byte[] input = new byte[1 << 16];
    private final Inflater inflater = new Inflater(true);
    private final CRC32 checksum = new CRC32();
    private int next;
    private int limit;
    private boolean inMember;
    private boolean ended;

    Gunzip(InputStream in) {
        this.in = in;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
        while (!ended) {
            if (!inMember && !begin()) {
                ended = true;
                break;
            }
            int inflated = inflate(into, from, length);
            if (inflated > 0) {
                checksum.update(into, from, inflated);
                return inflated;
            }
            if (inflater.finished()) {
                end();
            } else if (inflater.needsDictionary()) {
                throw new ZipException("its gzip asks for a dictionary");
            } else if (inflater.needsInput()) {
                feed();
            }
        }
        return -1;
    }

    private int inflate(byte[] into, int from, int length) throws ZipException {
        try {
            return inflater.inflate(into, from, length);
        } catch (DataFormatException e) {
            ZipException damaged = new ZipException("its gzip is damaged");
            damaged.initCause(e);
            throw damaged;
        }
    }

    private void feed() throws IOException {
        if (!fill()) {
            throw new EOFException();
        }
        inflater.setInput(input, next, limit - next);
        next = limit;
    }

    /** Reads a member's header; false where there is none because the file has ended. */
    private boolean begin() throws IOException {
        if (next == limit && !fill()) {
            return false;
        }
        if (number(2) != MAGIC || octet() != DEFLATE) {
            throw new ZipException("bytes follow its gzip that are not gzip");
        }
        int flags = octet();
        if ((flags & RESERVED) != 0) {
            throw new ZipException("its gzip has flags that nobody knows");
        }
        skip(6);
        if ((flags & EXTRA) != 0) {
            skip((int) number(2));
        }
        if ((flags & NAME) != 0) {
            skipText();
        }
        if ((flags & COMMENT) != 0) {
            skipText();
        }
        if ((flags & HEADER_CRC) != 0) {
            skip(2);
        }
        inflater.setInput(input, next, limit - next);
        next = limit;
        inMember = true;
        return true;
    }

    private void end() throws IOException {
        next = limit - inflater.getRemaining();
        boolean whole = number(4) == checksum.getValue() && number(4) == (inflater.getBytesWritten() & 0xffff_ffffL);
        if (!whole) {
            throw new ZipException("its gzip checksum does not fit what it holds");
        }
        inflater.reset();
        checksum.reset();
        inMember = false;
    }

    private void skip(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            octet();
        }
    }

    private void skipText() throws IOException {
        while (octet() != 0) {}
    }

    /** Least octet first. */
    private long number(int octets) throws IOException {
        long number = 0;
        for (int i = 0; i < octets; i++) {
            number |= (long) octet() << (8 * i);
        }
        return number;
    }

    private int octet() throws IOException {
        if (next == limit && !fill()) {
            throw new EOFException();
        }
        return input[next++] & 0xff;
    }

    private boolean fill() throws IOException {
        next = 0;
        limit = Math.max(0, in.read(input, 0, input.length));
        return limit > 0;
    }

    @Override
    public void close() throws IOException {
        inflater.end();
        in.close();
    }
}
