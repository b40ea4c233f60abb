package dev.lockstep.objects;

import dev.lockstep.local.FaultProxy;
import dev.lockstep.local.LocalS3;
import java.net.URI;
import java.util.UUID;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.services.s3.S3Client;

/** One S3 server for all tests of this JVM; each test has a bucket of its own. Thread-safe. */
public final class TestS3 {
    /** That of all these clients; not to be closed. */
    static final TracedHttpClient HTTP = new TracedHttpClient(UrlConnectionHttpClient.create());

    private static final class Holder {
        static final LocalS3 LOCAL = LocalS3.start();
    }

    private TestS3() {}

    /** Straight to the server; not to be closed. */
    public static S3Client client() {
        return Holder.LOCAL.client();
    }

    /** Which never tries again by itself. The test's to close. */
    public static S3Client client(URI endpoint) {
        return client(endpoint, new ExecutionInterceptor() {});
    }

    /** @param interceptor sees each of its calls */
    static S3Client client(URI endpoint, ExecutionInterceptor interceptor) {
        return Holder.LOCAL.client(endpoint, HTTP, interceptor);
    }

    /** A proxy before the server, the test's to close. */
    public static FaultProxy proxy() {
        return FaultProxy.start(Holder.LOCAL.endpoint());
    }

    /** Creates an empty bucket with versions and tells its name. */
    public static String createBucket() {
        String name = "bucket-" + UUID.randomUUID();
        Holder.LOCAL.createBucket(name);
        return name;
    }

    /** Which goes by the client only where it must. */
    static S3Objects direct(S3Client client, String bucket) {
        return new S3Connection(client, HTTP).bucket(bucket);
    }

    public static S3Objects bucket() {
        return new S3Objects(client(), createBucket());
    }
}
