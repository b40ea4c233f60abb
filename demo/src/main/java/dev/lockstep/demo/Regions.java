package dev.lockstep.demo;

import dev.lockstep.local.LocalDynamo;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/** Two DynamoDB Locals in this process: the primary's Region and the replica's. Thread-safe. */
final class Regions implements AutoCloseable {
    private final LocalDynamo primary;
    private final LocalDynamo replica;

    private Regions(LocalDynamo primary, LocalDynamo replica) {
        this.primary = primary;
        this.replica = replica;
    }

    /**
     * Starts both.
     *
     * @param port the primary's, 0 for a free one
     * @param replicaPort the replica's, 0 for a free one
     */
    static Regions start(int port, int replicaPort) {
        LocalDynamo primary = Ports.start("--port", port, LocalDynamo::start);
        try {
            return new Regions(primary, Ports.start("--replica-port", replicaPort, LocalDynamo::start));
        } catch (RuntimeException e) {
            primary.close();
            throw e;
        }
    }

    DynamoDbClient primary() {
        return primary.client();
    }

    DynamoDbClient replica() {
        return replica.client();
    }

    /** The primary's table as a user names it. */
    String primaryTable() {
        return "localhost:" + primary.port() + "/" + Orders.TABLE;
    }

    /** The replica's table as a user names it. */
    String replicaTable() {
        return "localhost:" + replica.port() + "/" + Orders.TABLE;
    }

    String primaryEndpoint() {
        return primary.endpoint().toString();
    }

    String replicaEndpoint() {
        return replica.endpoint().toString();
    }

    /** Closes both, also where the thread is interrupted: then the servers would not stop, so it is so again afterwards. */
    @Override
    public void close() {
        boolean interrupted = Thread.interrupted();
        try (primary) {
            replica.close();
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
