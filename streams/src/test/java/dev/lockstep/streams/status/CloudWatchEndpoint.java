package dev.lockstep.streams.status;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.zip.GZIPInputStream;

/** As much of CloudWatch as the SDK's client needs to publish metrics: Smithy's RPC v2 with CBOR. */
final class CloudWatchEndpoint implements AutoCloseable {
    private final ObjectMapper cbor = new ObjectMapper(new CBORFactory());
    private final List<JsonNode> received = new CopyOnWriteArrayList<>();
    private final HttpServer server;
    private volatile boolean denying;

    CloudWatchEndpoint() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::handle);
        server.start();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            boolean known = exchange.getRequestURI().getPath().endsWith("/operation/PutMetricData")
                    && "rpc-v2-cbor".equals(exchange.getRequestHeaders().getFirst("smithy-protocol"));
            boolean gzip = "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"));
            try (InputStream body = gzip ? new GZIPInputStream(exchange.getRequestBody()) : exchange.getRequestBody()) {
                JsonNode request = cbor.readTree(body);
                exchange.getResponseHeaders().set("smithy-protocol", "rpc-v2-cbor");
                exchange.getResponseHeaders().set("Content-Type", "application/cbor");
                if (denying || !known) {
                    byte[] error = cbor.writeValueAsBytes(cbor.createObjectNode()
                            .put("__type", "com.amazonaws.cloudwatch#AccessDenied")
                            .put("message", "not allowed to publish"));
                    exchange.sendResponseHeaders(403, error.length);
                    exchange.getResponseBody().write(error);
                    return;
                }
                received.add(request);
                byte[] nothing = cbor.writeValueAsBytes(cbor.createObjectNode());
                exchange.sendResponseHeaders(200, nothing.length);
                exchange.getResponseBody().write(nothing);
            }
        }
    }

    void deny(boolean deny) {
        denying = deny;
    }

    List<JsonNode> received() {
        return received;
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
