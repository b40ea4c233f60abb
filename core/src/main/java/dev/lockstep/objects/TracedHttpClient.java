package dev.lockstep.objects;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpRequest;

/**
 * Another HTTP client, which tells what was last sent over it: so {@link S3Objects} learns where its S3 client sends requests
 * for a bucket, and as what, for those that pass by it. Closes the other. Thread-safe where that is.
 */
public final class TracedHttpClient implements SdkHttpClient {
    private final SdkHttpClient http;
    private final ThreadLocal<SdkHttpRequest> last = new ThreadLocal<>();

    public TracedHttpClient(SdkHttpClient http) {
        this.http = Objects.requireNonNull(http, "http");
    }

    @Override
    public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
        last.set(request.httpRequest());
        return http.prepareRequest(request);
    }

    /** By this thread, with its signature; null where there was none. */
    @Nullable
    SdkHttpRequest last() {
        return last.get();
    }

    @Override
    public String clientName() {
        return http.clientName();
    }

    @Override
    public void close() {
        http.close();
    }
}
