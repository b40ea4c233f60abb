package dev.lockstep.backup;

import dev.lockstep.CancelledException;
import dev.lockstep.LockstepException;
import dev.lockstep.table.MalformedItemException;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/**
 * The lines of a file, gzip or plain, from whoever wrote it: the longest line bounds the memory, whatever the file inflates
 * to. Whatever is wrong is a {@link DamagedException} that names the file and the line, never what the line holds. Used
 * by one thread.
 */
final class BackupLines {
    /** For one item: 400 KB of empty strings in a list are nine times that as JSON, eleven with spaces. */
    static final int ONE_IMAGE = 6 << 20;

    /** For the item before and after. */
    static final int TWO_IMAGES = 2 * ONE_IMAGE + (1 << 20);

    private static final int USUAL = 1 << 16;

    /** Lines that are much longer than usual are read and parsed one at a time in the whole process: they cost heap. */
    private static final int HUGE = 1 << 20;

    private static final Semaphore HUGE_LINES = new Semaphore(1);

    /** Takes the lines in their order. */
    interface Taker {
        /** @throws MalformedItemException where the line is not of the format; the message holds no values */
        void take(String line) throws MalformedItemException;
    }

    /** How a file is written. */
    record Form(int longest, boolean endsInLineFeed) {}

    private final String name;
    private final Form form;
    private final Taker taker;
    private byte[] buffer = new byte[USUAL];
    private long line;
    private boolean huge;

    private BackupLines(String name, Form form, Taker taker) {
        this.name = name;
        this.form = form;
        this.taker = taker;
    }

    /**
     * Hands on every line, then compares the file with what was known of it.
     *
     * @param stored is read to its end unless something is wrong; the caller's to close
     */
    static void read(String name, InputStream stored, Known known, Form form, Taker taker) {
        StoredBytes bytes = new StoredBytes(stored, known);
        new BackupLines(name, form, taker).read(bytes);
        bytes.misfit().ifPresent(problem -> {
            throw new DamagedException(name, problem);
        });
    }

    /** Only the first line, for a look at what a file is; empty where it has none. */
    static Optional<String> first(String name, InputStream stored) {
        String[] first = new String[1];
        Form form = new Form(TWO_IMAGES, false);
        try {
            new BackupLines(name, form, text -> {
                        first[0] = text;
                        throw new Enough();
                    })
                    .read(stored);
        } catch (Enough e) {
            return Optional.of(first[0]);
        }
        return Optional.empty();
    }

    /** Ends reading early; nobody sees it. */
    private static final class Enough extends RuntimeException {
        private static final long serialVersionUID = 1;

        Enough() {
            super(null, null, false, false);
        }
    }

    private void read(InputStream stored) {
        try (InputStream content = content(stored)) {
            split(content);
        } catch (ZipException e) {
            throw damaged(String.valueOf(e.getMessage()), e);
        } catch (EOFException e) {
            throw damaged("it ends early, in the middle of its gzip", e);
        } catch (IOException e) {
            throw new LockstepException("read", name, String.valueOf(e.getMessage()), "", true, e);
        } finally {
            usual();
        }
    }

    /** Told by its first bytes, not by its name: mapbox's backups are gzip without an extension. */
    private static InputStream content(InputStream stored) throws IOException {
        InputStream unclosed = new BufferedInputStream(stored, USUAL) {
            @Override
            public void close() {}
        };
        unclosed.mark(2);
        boolean gzip = unclosed.read() == 0x1f && unclosed.read() == 0x8b;
        unclosed.reset();
        return gzip ? new Gunzip(unclosed) : unclosed;
    }

    private void split(InputStream content) throws IOException {
        int filled = 0;
        int searched = 0;
        while (true) {
            if (filled == buffer.length) {
                grow();
            }
            int read = content.read(buffer, filled, buffer.length - filled);
            if (read < 0) {
                break;
            }
            filled += read;
            int begin = 0;
            for (int i = searched; i < filled; i++) {
                if (buffer[i] == '\n') {
                    take(begin, i);
                    begin = i + 1;
                }
            }
            System.arraycopy(buffer, begin, buffer, 0, filled - begin);
            filled -= begin;
            searched = filled;
            if (begin > 0 && filled < USUAL) {
                usual();
            }
        }
        if (filled > 0) {
            last(filled);
        }
    }

    private void grow() {
        if (buffer.length >= form.longest()) {
            line++;
            throw damaged("a line longer than " + (form.longest() >> 20) + " MB", null);
        }
        if (buffer.length >= HUGE && !huge) {
            try {
                HUGE_LINES.acquire();
                huge = true;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new CancelledException("read", name);
            }
        }
        buffer = Arrays.copyOf(buffer, Math.min(2 * buffer.length, form.longest()));
    }

    /** Gives back what a huge line took. */
    private void usual() {
        if (buffer.length > USUAL) {
            buffer = Arrays.copyOf(buffer, USUAL);
        }
        if (huge) {
            huge = false;
            HUGE_LINES.release();
        }
    }

    private void last(int filled) {
        if (form.endsInLineFeed()) {
            line++;
            throw damaged("its last line has no end: it was cut off", null);
        }
        take(0, filled);
    }

    private void take(int from, int to) {
        line++;
        if (from == to) {
            throw damaged("an empty line", null);
        }
        try {
            taker.take(text(from, to));
        } catch (MalformedItemException e) {
            throw damaged(e.getMessage(), e);
        }
    }

    /** Decoding replaces what is no UTF-8; so a replacement is looked at again. */
    private String text(int from, int to) throws MalformedItemException {
        String text = new String(buffer, from, to - from, StandardCharsets.UTF_8);
        if (text.indexOf('\ufffd') >= 0) {
            try {
                StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(buffer, from, to - from));
            } catch (CharacterCodingException e) {
                throw new MalformedItemException("not UTF-8");
            }
        }
        return text;
    }

    private DamagedException damaged(String problem, @Nullable Throwable cause) {
        return new DamagedException(name, line == 0 ? problem : problem + " (line " + line + ")", cause);
    }
}
