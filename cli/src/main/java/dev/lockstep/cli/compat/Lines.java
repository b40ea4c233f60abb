package dev.lockstep.cli.compat;

import java.io.Writer;

/** Hands on what is written, line by line. */
final class Lines extends Writer {
    /** Takes a line, without its end. */
    interface Taker {
        void line(String text);
    }

    private final Taker taker;
    private final StringBuilder open = new StringBuilder();

    Lines(Taker taker) {
        this.taker = taker;
    }

    @Override
    public void write(char[] text, int from, int length) {
        synchronized (lock) {
            for (int i = from; i < from + length; i++) {
                if (text[i] == '\n') {
                    end();
                } else if (text[i] != '\r') {
                    open.append(text[i]);
                }
            }
        }
    }

    private void end() {
        String line = open.toString();
        open.setLength(0);
        taker.line(line);
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
        synchronized (lock) {
            if (!open.isEmpty()) {
                end();
            }
        }
    }
}
