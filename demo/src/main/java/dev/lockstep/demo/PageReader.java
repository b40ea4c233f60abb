package dev.lockstep.demo;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Looks at the status page while the service runs, as an operator would: keeps the last thing that it said. */
final class PageReader implements AutoCloseable {
    private final URI page;
    private final Thread thread = new Thread(this::read, "demo-page");
    private volatile String headline = "";
    private volatile long records;

    private PageReader(int port) {
        this.page = URI.create("http://127.0.0.1:" + port + "/");
    }

    /** A port that is free now. */
    static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    static PageReader watch(int port) {
        PageReader reader = new PageReader(port);
        reader.thread.start();
        return reader;
    }

    private void read() {
        HttpClient client = HttpClient.newHttpClient();
        HttpRequest request =
                HttpRequest.newBuilder(page.resolve("status.json")).build();
        try {
            while (true) {
                try {
                    take(JsonMapper.shared()
                            .readTree(client.send(request, BodyHandlers.ofString())
                                    .body()));
                } catch (IOException e) {
                    // Not open yet, or closed again.
                }
                TimeUnit.MILLISECONDS.sleep(200);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void take(JsonNode status) {
        if (!status.path("status").path("phase").asString("").equals("STOPPING")) {
            headline = status.path("headline").path("sentence").asString("");
        }
        for (JsonNode destination : status.path("status").path("destinations")) {
            records = Math.max(records, destination.path("changes").asLong(0));
        }
    }

    /** The last headline before it stopped. */
    String headline() {
        return headline;
    }

    /** How many changes it had seen when last looked at. */
    long records() {
        return records;
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
