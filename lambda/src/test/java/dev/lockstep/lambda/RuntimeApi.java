package dev.lockstep.lambda;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Lambda's side of the interface to a function's process: hands out events, one at a time, and takes the answers. */
final class RuntimeApi implements AutoCloseable {
    /** What the function answered: an error is one that Lambda takes for the failure of the whole event. */
    record Answer(boolean error, String body) {}

    private record Invocation(String id, String event, long deadlineMillis) {}

    private static final String ROOT = "/2018-06-01/runtime/";

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final BlockingQueue<Invocation> next = new LinkedBlockingQueue<>();
    private final BlockingQueue<Answer> answers = new LinkedBlockingQueue<>();

    RuntimeApi() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext(ROOT + "invocation/next", this::handOut);
        server.createContext(ROOT, this::take);
        server.start();
    }

    String address() {
        return "127.0.0.1:" + server.getAddress().getPort();
    }

    /** @param timeout what the function is told it has left */
    void offer(String event, Duration timeout) {
        next.add(new Invocation(UUID.randomUUID().toString(), event, System.currentTimeMillis() + timeout.toMillis()));
    }

    /** Null where none came in that time. */
    Answer answer(Duration patience) throws InterruptedException {
        return answers.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void handOut(HttpExchange exchange) throws IOException {
        try {
            Invocation invocation = next.take();
            exchange.getResponseHeaders().add("Lambda-Runtime-Aws-Request-Id", invocation.id());
            exchange.getResponseHeaders().add("Lambda-Runtime-Deadline-Ms", "" + invocation.deadlineMillis());
            exchange.getResponseHeaders()
                    .add("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:us-east-1:1:function:f");
            exchange.getResponseHeaders().add("Lambda-Runtime-Trace-Id", "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700");
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            respond(exchange, 200, invocation.event());
        } catch (InterruptedException e) {
            exchange.close();
        }
    }

    private void take(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        answers.add(new Answer(path.endsWith("/error"), body));
        respond(exchange, 202, "{\"status\":\"OK\"}");
    }

    private static void respond(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    @Override
    public void close() {
        threads.shutdownNow();
        server.stop(0);
    }
}
