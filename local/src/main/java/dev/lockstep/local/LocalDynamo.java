package dev.lockstep.local;

import java.net.URI;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.dynamodb.services.local.server.LocalDynamoDBRequestHandler;
import software.amazon.dynamodb.services.local.server.LocalDynamoDBServerHandler;

/**
 * DynamoDB Local in this process, in memory, on 127.0.0.1 only. Callers' credentials and Regions don't matter: all see the same tables.
 * The first start in a process takes one to two seconds, the next ones some milliseconds. It stalls when more than about 32 requests
 * run at once; {@link FaultProxy} never sends it more.
 *
 * <p>Thread-safe. Its threads are daemons: they do not keep the process alive.
 */
public final class LocalDynamo implements AutoCloseable {
    private static final int THREADS = 64;
    private static final long IDLE_MILLIS = 600_000;

    private final Server server;
    private final LocalDynamoDBRequestHandler tables;
    private final int port;
    private @Nullable DynamoDbClient client;
    private boolean closed;

    private LocalDynamo(Server server, LocalDynamoDBRequestHandler tables, int port) {
        this.server = server;
        this.tables = tables;
        this.port = port;
    }

    /** Starts on a free port. */
    public static LocalDynamo start() {
        return start(0);
    }

    /**
     * Starts on that port.
     *
     * @param port 1 to 65,535, or 0 for a free one
     * @throws IllegalStateException if the port is taken
     */
    public static LocalDynamo start(int port) {
        return start(port, true);
    }

    /** Starts one on a free port that, as AWS does, keeps the tables of Regions (and of access keys) apart. */
    public static LocalDynamo startWithRegions() {
        return start(0, false);
    }

    private static LocalDynamo start(int port, boolean shared) {
        LocalDynamoDBRequestHandler tables = new LocalDynamoDBRequestHandler(0, true, null, shared, false);
        Server server = new Server(threads());
        ServerConnector connector = loopback(server, port);
        server.addConnector(connector);
        server.setHandler(new LocalDynamoDBServerHandler(tables, null));
        try {
            server.start();
        } catch (Exception e) {
            stop(server, tables);
            throw new IllegalStateException("DynamoDB Local did not start on port " + port + ": " + e.getMessage(), e);
        }
        return new LocalDynamo(server, tables, connector.getLocalPort());
    }

    /** Where clients connect, for example {@code http://127.0.0.1:40123}. */
    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + port);
    }

    /** The port it listens on. */
    public int port() {
        return port;
    }

    /** One client for tests, with dummy credentials and Region us-east-1. The server closes it. */
    public synchronized DynamoDbClient client() {
        if (closed) {
            throw new IllegalStateException("this DynamoDB Local is closed");
        }
        if (client == null) {
            client = DynamoDbClient.builder()
                    .endpointOverride(endpoint())
                    .region(Region.US_EAST_1)
                    .credentialsProvider(
                            StaticCredentialsProvider.create(AwsBasicCredentials.create("local", "local-secret")))
                    .httpClientBuilder(UrlConnectionHttpClient.builder())
                    .build();
        }
        return client;
    }

    /** Stops the server and drops its tables. Closing again does nothing. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (client != null) {
            client.close();
        }
        stop(server, tables);
    }

    private static void stop(Server server, LocalDynamoDBRequestHandler tables) {
        try {
            server.stop();
        } catch (Exception e) {
            throw new IllegalStateException("DynamoDB Local did not stop: " + e.getMessage(), e);
        } finally {
            tables.shutdown();
        }
    }

    private static QueuedThreadPool threads() {
        QueuedThreadPool threads = new QueuedThreadPool(THREADS);
        threads.setName("dynamodb-local");
        threads.setDaemon(true);
        return threads;
    }

    private static ServerConnector loopback(Server server, int port) {
        ServerConnector connector = new ServerConnector(server);
        connector.setHost("127.0.0.1");
        connector.setPort(port);
        connector.setIdleTimeout(IDLE_MILLIS);
        return connector;
    }
}
