package dev.lockstep.local;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;

/** The endpoint behind the proxy: at most 32 requests at once, the others wait in order. Thread-safe. */
final class Upstream {
    /** DynamoDB Local stalls for seconds above this. */
    static final int CONCURRENT = 32;

    /** The connection's own headers, those that the JDK's client sets, and one that would make answers unreadable to us. */
    private static final Set<String> OURS = Set.of(
            "host",
            "connection",
            "keep-alive",
            "content-length",
            "transfer-encoding",
            "expect",
            "upgrade",
            "accept-encoding",
            Reply.CRC);

    private final URI endpoint;
    private final Semaphore slots = new Semaphore(CONCURRENT, true);
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    Upstream(URI endpoint) {
        this.endpoint = endpoint;
    }

    /** Sends the request and waits for the answer. */
    Reply send(Request request) throws IOException, InterruptedException {
        slots.acquire();
        try {
            return request.isS3() ? asItIs(request) : anew(request);
        } finally {
            slots.release();
        }
    }

    /** S3 checks the signature, which covers the host that the client named. */
    private Reply asItIs(Request request) throws IOException {
        try (Socket socket = new Socket(endpoint.getHost(), endpoint.getPort())) {
            socket.setTcpNoDelay(true);
            return Wire.exchange(request, new BufferedInputStream(socket.getInputStream()), socket.getOutputStream());
        }
    }

    private Reply anew(Request request) throws IOException, InterruptedException {
        HttpRequest.Builder out = HttpRequest.newBuilder(endpoint.resolve(request.path()))
                .method(request.method(), BodyPublishers.ofByteArray(request.body()));
        request.headers().forEach((name, value) -> {
            if (!OURS.contains(name)) {
                out.header(name, value);
            }
        });
        return reply(http.send(out.build(), BodyHandlers.ofByteArray()));
    }

    private static Reply reply(HttpResponse<byte[]> answer) {
        Map<String, String> headers = new LinkedHashMap<>();
        answer.headers().map().forEach((name, values) -> {
            String lower = name.toLowerCase(Locale.ROOT);
            if (!OURS.contains(lower)) {
                headers.put(lower, String.join(",", values));
            }
        });
        return new Reply(answer.statusCode(), headers, answer.body());
    }
}
