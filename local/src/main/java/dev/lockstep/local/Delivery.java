package dev.lockstep.local;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/** How an answer reaches the client, if it does. */
@FunctionalInterface
interface Delivery {
    /** Delivers; says whether the connection can carry another request. */
    boolean to(Socket client) throws IOException, InterruptedException;

    static Delivery whole(Reply reply) {
        return client -> {
            send(client, Wire.head(reply, reply.body().length), reply.body());
            return true;
        };
    }

    /** Announces all of the body, sends its first bytes, and ends the connection in good order. */
    static Delivery truncated(Reply reply, int bytes) {
        return client -> {
            byte[] body = reply.body();
            send(client, Wire.head(reply, body.length), Arrays.copyOf(body, Math.min(bytes, body.length)));
            return false;
        };
    }

    /** The head at once, the body evenly over the time. */
    static Delivery drip(Reply reply, Duration total) {
        return client -> {
            byte[] body = reply.body();
            send(client, Wire.head(reply, body.length), new byte[0]);
            long start = System.nanoTime();
            for (int sent = 0; sent < body.length; sent++) {
                sleepUntil(start + total.toNanos() / body.length * (sent + 1));
                send(client, body, sent, 1);
            }
            return true;
        };
    }

    /** Cuts the connection so that the client sees "connection reset". */
    static Delivery reset() {
        return client -> {
            client.setSoLinger(true, 0);
            client.close();
            return false;
        };
    }

    /** Says nothing until the client or the proxy ends the connection. */
    static Delivery hang() {
        return client -> {
            client.getInputStream().readAllBytes();
            return false;
        };
    }

    private static void send(Socket client, byte[] head, byte[] body) throws IOException {
        byte[] all = Arrays.copyOf(head, head.length + body.length);
        System.arraycopy(body, 0, all, head.length, body.length);
        send(client, all, 0, all.length);
    }

    private static void send(Socket client, byte[] bytes, int from, int length) throws IOException {
        OutputStream out = client.getOutputStream();
        out.write(bytes, from, length);
        out.flush();
    }

    private static void sleepUntil(long nanoTime) throws InterruptedException {
        long nanos = nanoTime - System.nanoTime();
        if (nanos > 0) {
            TimeUnit.NANOSECONDS.sleep(nanos);
        }
    }
}
