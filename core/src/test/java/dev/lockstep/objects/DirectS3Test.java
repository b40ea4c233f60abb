package dev.lockstep.objects;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.local.Fault;
import dev.lockstep.local.FaultProxy;
import dev.lockstep.objects.ObjectStore.Options;
import java.io.InputStream;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

/** Which calls pass by the client, and which it is asked for. */
class DirectS3Test {
    private final FaultProxy proxy = TestS3.proxy();
    private final List<String> byClient = new ArrayList<>();
    private final S3Client client = TestS3.client(proxy.endpoint(), new ExecutionInterceptor() {
        @Override
        public void beforeExecution(Context.BeforeExecution context, ExecutionAttributes attributes) {
            byClient.add(context.request().getClass().getSimpleName().replace("Request", ""));
        }
    });
    private final String bucket = TestS3.createBucket();
    private final S3Objects objects = TestS3.direct(client, bucket);
    private final S3Objects plain = new S3Objects(TestS3.client(), bucket);

    @AfterEach
    void close() {
        client.close();
        proxy.close();
    }

    private void put(String key) {
        assertThat(objects.put(key, key.getBytes(UTF_8), Options.REPLACE)).isTrue();
        assertThat(plain.get(key).orElseThrow().content()).asString().isEqualTo(key);
    }

    private void get(String key) {
        assertThat(objects.get(key).orElseThrow().content()).asString().isEqualTo(key);
    }

    /** Once the client has shown the way. */
    @BeforeEach
    void reach() {
        objects.put("first", new byte[0], Options.REPLACE);
        assertThat(byClient).containsExactly("PutObject");
        byClient.clear();
    }

    @Test
    void whatSucceedsPassesByTheClient() {
        for (String key : List.of("a/b", "a b+c", "100%/x=1&y?z#w", "~'()*!,;:@$-_.", "empty//part")) {
            put(key);
            get(key);
        }
        assertThat(objects.get("first").orElseThrow().content()).isEmpty();
        assertThat(objects.get("absent")).isEmpty();
        assertThat(byClient).isEmpty();
    }

    @Test
    void whatIsToldOfAnObjectIsTheSame() {
        byte[] content = new byte[100_000];
        new Random(2).nextBytes(content);
        objects.put("key", content, Options.REPLACE.ofType("text/x").with(Map.of("by", "us")));
        ObjectStore.StoredObject seen = plain.get("key").orElseThrow();
        ObjectStore.StoredObject straight = objects.get("key").orElseThrow();
        assertThat(straight.content()).isEqualTo(content);
        assertThat(straight.etag()).isEqualTo(seen.etag());
        assertThat(straight.lastModified()).isEqualTo(seen.lastModified());
        assertThat(straight.metadata()).isEqualTo(seen.metadata()).containsEntry("by", "us");
        assertThat(TestS3.client().headObject(r -> r.bucket(bucket).key("key")).contentType())
                .isEqualTo("text/x");
        assertThat(byClient).isEmpty();
    }

    @Test
    void aConditionIsTheClientsAffair() {
        objects.put("key", new byte[1], Options.IF_ABSENT);
        assertThat(byClient).containsExactly("PutObject");
    }

    @Test
    void whatIsRefusedIsAskedOfTheClientEverAfter() {
        proxy.on("PutObject").times(1).inject(Fault.error(301, "PermanentRedirect", "elsewhere"));
        put("key");
        get("key");
        assertThat(byClient).containsExactly("PutObject", "GetObject");
    }

    @Test
    void aSessionThatEndedIsTheClientsAffairOnce() {
        proxy.on("PutObject").times(1).inject(Fault.error(400, "ExpiredToken", "old"));
        put("key");
        get("key");
        assertThat(byClient).containsExactly("PutObject");
    }

    @Test
    void anObjectWhoseEtagIsNoMd5IsReadByTheClient() {
        try (ObjectWriter writer = objects.create("large", Options.REPLACE)) {
            writer.write(new byte[PartSize.of(1) + 1], 0, PartSize.of(1) + 1);
            writer.commit();
        }
        byClient.clear();
        assertThat(objects.get("large").orElseThrow().etag()).contains("-");
        assertThat(byClient).containsExactly("GetObject");
    }

    /** Takes down what is sent, and answers each as S3 might. */
    private static final class Recorder implements SdkHttpClient {
        private final TracedHttpClient traced = new TracedHttpClient(this);
        private final List<SdkHttpRequest> requests = new ArrayList<>();

        @Override
        public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
            return new ExecutableHttpRequest() {
                @Override
                public HttpExecuteResponse call() {
                    requests.add(request.httpRequest());
                    return HttpExecuteResponse.builder()
                            .response(SdkHttpResponse.builder()
                                    .statusCode(200)
                                    .putHeader("ETag", '"' + Digest.MD5.hexOf(new byte[0]) + '"')
                                    .putHeader("Content-Length", "0")
                                    .putHeader("Last-Modified", "Wed, 12 Oct 2022 17:50:00 GMT")
                                    .build())
                            .responseBody(AbortableInputStream.create(InputStream.nullInputStream()))
                            .build();
                }

                @Override
                public void abort() {}
            };
        }

        @Override
        public void close() {}
    }

    /** What is sent for a put and a get, which succeed, once the client has put. */
    private static List<SdkHttpRequest> sent(String name, boolean straight, Consumer<S3ClientBuilder> settings) {
        Recorder recorder = new Recorder();
        S3ClientBuilder builder = S3Client.builder()
                .httpClient(recorder.traced)
                .credentialsProvider(
                        StaticCredentialsProvider.create(AwsSessionCredentials.create("id", "key", "token")))
                .overrideConfiguration(o -> o.retryStrategy(AwsRetryStrategy.doNotRetry()))
                .serviceConfiguration(s -> s.chunkedEncodingEnabled(false));
        settings.accept(builder);
        try (S3Client client = builder.build()) {
            S3Objects there =
                    straight ? new S3Connection(client, recorder.traced).bucket(name) : new S3Objects(client, name);
            there.put("first", new byte[3], Options.REPLACE);
            recorder.requests.clear();
            there.put("a b/ü+", new byte[3], Options.REPLACE);
            there.get("a b/ü+");
        }
        return recorder.requests;
    }

    @Test
    void aRequestGoesWhereTheClientWouldSendIt() {
        List<Consumer<S3ClientBuilder>> places = List.of(
                s -> s.region(Region.US_EAST_1),
                s -> s.region(Region.EU_CENTRAL_1).crossRegionAccessEnabled(true),
                s -> s.region(Region.of("us-gov-west-1")).fipsEnabled(true),
                s -> s.region(Region.of("cn-north-1")).dualstackEnabled(true),
                s -> s.region(Region.EU_WEST_1).accelerate(true),
                s -> s.region(Region.EU_WEST_1).forcePathStyle(true),
                s -> s.region(Region.EU_WEST_1).endpointOverride(URI.create("https://store.example:8443/base")),
                s -> s.region(Region.EU_WEST_1)
                        .forcePathStyle(true)
                        .endpointOverride(URI.create("http://127.0.0.1:9000")));
        places.forEach(place -> goesWhereTheClientSends("plain", place));
        goesWhereTheClientSends("arn:aws:s3:eu-west-1:123456789012:accesspoint/point", s -> s.region(Region.EU_WEST_1));
    }

    private static void goesWhereTheClientSends(String name, Consumer<S3ClientBuilder> place) {
        List<SdkHttpRequest> direct = sent(name, true, place);
        List<SdkHttpRequest> usual = sent(name, false, place);
        assertThat(direct).hasSameSizeAs(usual).hasSize(2);
        for (int i = 0; i < 2; i++) {
            assertThat(direct.get(i).firstMatchingHeader("amz-sdk-invocation-id"))
                    .isEmpty();
            assertThat(direct.get(i).getUri()).isEqualTo(usual.get(i).getUri());
            assertThat(direct.get(i).method()).isEqualTo(usual.get(i).method());
            assertThat(scope(direct.get(i))).isEqualTo(scope(usual.get(i)));
        }
    }

    /** What the signature is for: key, day, Region, service. */
    private static String scope(SdkHttpRequest request) {
        return request.firstMatchingHeader("Authorization").orElseThrow().replaceFirst(",.*", "");
    }
}
