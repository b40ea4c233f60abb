package dev.lockstep.local;

import java.net.URI;
import java.util.Properties;
import org.gaul.s3proxy.BlobStores;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.BucketVersioningStatus;

/**
 * An S3 server in this process, in memory, on 127.0.0.1 only (S3Proxy). It takes path-style requests, in any Region, that are signed
 * with the access key {@value #ACCESS_KEY} and the secret {@value #SECRET}.
 *
 * <p>Versions, delete markers and {@code If-None-Match: *} are as in S3. It has no tags, no lifecycle and no Object Lock, it does not
 * give checksums back, and of several {@code If-Match} writes at once more than one may win. {@code a} and {@code a/b} cannot both be
 * objects. Listing thousands of versions takes seconds.
 *
 * <p>Thread-safe. Its threads keep the process alive until it is closed.
 */
public final class LocalS3 implements AutoCloseable {
    public static final String ACCESS_KEY = "local";
    public static final String SECRET = "local";

    private final S3Proxy server;
    private final int port;
    private @Nullable S3Client client;
    private boolean closed;

    private LocalS3(S3Proxy server) {
        this.server = server;
        this.port = server.getPort();
    }

    /** Starts on a free port. */
    public static LocalS3 start() {
        return start(0);
    }

    /**
     * Starts on that port.
     *
     * @param port 1 to 65,535, or 0 for a free one
     * @throws IllegalStateException if the port is taken
     */
    public static LocalS3 start(int port) {
        return started(port, AuthenticationType.AWS_V2_OR_V4);
    }

    /** The same on a free port, but for anybody: who may come in is looked at before it, by a {@link Gate}. */
    public static LocalS3 startUnsigned() {
        return started(0, AuthenticationType.NONE);
    }

    private static LocalS3 started(int port, AuthenticationType authentication) {
        S3Proxy server = S3Proxy.builder()
                .blobStore(BlobStores.create("transient", new Properties()))
                .endpoint(URI.create("http://127.0.0.1:" + port))
                .awsAuthentication(authentication, ACCESS_KEY, SECRET)
                .ignoreUnknownHeaders(true)
                .stopTimeout(0)
                .build();
        try {
            server.start();
        } catch (Exception e) {
            stop(server);
            throw new IllegalStateException("the S3 server did not start on port " + port + ": " + e.getMessage(), e);
        }
        return new LocalS3(server);
    }

    /** Where clients connect, for example {@code http://127.0.0.1:40123}. */
    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + port);
    }

    /** The port it listens on. */
    public int port() {
        return port;
    }

    /** One client for tests, with the right credentials, which never tries again by itself. The server closes it. */
    public synchronized S3Client client() {
        if (closed) {
            throw new IllegalStateException("this S3 server is closed");
        }
        if (client == null) {
            client = client(endpoint());
        }
        return client;
    }

    /** The same, for a {@link FaultProxy} before this server, say. The caller closes it. */
    public S3Client client(URI endpoint) {
        return builder(endpoint)
                .httpClientBuilder(UrlConnectionHttpClient.builder())
                .build();
    }

    /**
     * The same, over an HTTP client that stays the caller's.
     *
     * @param interceptor sees each of its calls
     */
    public S3Client client(URI endpoint, SdkHttpClient http, ExecutionInterceptor interceptor) {
        return builder(endpoint)
                .httpClient(http)
                .overrideConfiguration(
                        o -> o.retryStrategy(AwsRetryStrategy.doNotRetry()).addExecutionInterceptor(interceptor))
                .build();
    }

    private static S3ClientBuilder builder(URI endpoint) {
        return S3Client.builder()
                .endpointOverride(endpoint)
                .forcePathStyle(true)
                .serviceConfiguration(s -> s.chunkedEncodingEnabled(false))
                .region(Region.US_EAST_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create(ACCESS_KEY, SECRET)))
                .overrideConfiguration(o -> o.retryStrategy(AwsRetryStrategy.doNotRetry()));
    }

    /** Makes an empty bucket that keeps every version of its objects. */
    public void createBucket(String name) {
        client().createBucket(r -> r.bucket(name));
        client().putBucketVersioning(
                        r -> r.bucket(name).versioningConfiguration(v -> v.status(BucketVersioningStatus.ENABLED)));
    }

    /** Stops the server and drops its buckets. Closing again does nothing. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (client != null) {
            client.close();
        }
        stop(server);
    }

    private static void stop(S3Proxy server) {
        try {
            server.stop();
        } catch (Exception e) {
            throw new IllegalStateException("the S3 server did not stop: " + e.getMessage(), e);
        }
    }
}
