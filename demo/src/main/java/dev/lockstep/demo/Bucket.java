package dev.lockstep.demo;

import dev.lockstep.local.LocalS3;

/** An S3 server in this process with one empty bucket that keeps versions. Thread-safe. */
final class Bucket implements AutoCloseable {
    private static final String NAME = "lockstep";

    private final LocalS3 server;

    private Bucket(LocalS3 server) {
        this.server = server;
    }

    /** @param port 0 for a free one */
    static Bucket start(int port) {
        LocalS3 server = Ports.start("--s3-port", port, LocalS3::start);
        server.createBucket(NAME);
        return new Bucket(server);
    }

    /** As a user names it. */
    String name() {
        return "s3://" + NAME;
    }

    String endpoint() {
        return server.endpoint().toString();
    }

    /** Also where the thread is interrupted: then the server would not stop, so it is so again afterwards. */
    @Override
    public void close() {
        boolean interrupted = Thread.interrupted();
        try {
            server.close();
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
