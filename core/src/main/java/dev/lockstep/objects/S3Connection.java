package dev.lockstep.objects;

import software.amazon.awssdk.services.s3.S3Client;

/**
 * A client of S3, and the HTTP client that it was built with, so that nobody pairs it with another. Both are the caller's to
 * close. Thread-safe.
 */
public record S3Connection(S3Client client, TracedHttpClient http) {
    /** A bucket whose small objects pass by the client. */
    public S3Objects bucket(String name) {
        return new S3Objects(client, http, name);
    }
}
