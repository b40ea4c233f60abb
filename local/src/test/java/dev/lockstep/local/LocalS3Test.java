package dev.lockstep.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.ObjectVersion;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

class LocalS3Test {
    private static final LocalS3 S3 = LocalS3.start();
    private static int buckets;

    @AfterAll
    static void stop() {
        S3.close();
    }

    private static String bucket() {
        String name = "bucket-" + buckets++;
        S3.createBucket(name);
        return name;
    }

    private static PutObjectResponse put(String bucket, String key, String text) {
        return S3.client().putObject(r -> r.bucket(bucket).key(key), RequestBody.fromString(text));
    }

    private static String get(String bucket, String key) {
        return S3.client().getObjectAsBytes(r -> r.bucket(bucket).key(key)).asString(UTF_8);
    }

    @Test
    void whatIsPutIsGotAndListed() {
        String bucket = bucket();
        put(bucket, "a/1", "one");
        put(bucket, "a/2", "two, ☃");
        put(bucket, "b/3", "three");

        assertThat(get(bucket, "a/2")).isEqualTo("two, ☃");
        assertThat(S3.client()
                        .listObjectsV2Paginator(
                                r -> r.bucket(bucket).prefix("a/").maxKeys(1))
                        .contents())
                .extracting(S3Object::key)
                .containsExactly("a/1", "a/2");
        assertThatThrownBy(() -> get(bucket, "a/4")).isInstanceOf(NoSuchKeyException.class);
    }

    @Test
    void oldVersionsStayAndADeleteIsAMarker() {
        String bucket = bucket();
        String first = put(bucket, "k", "one").versionId();
        put(bucket, "k", "two");
        S3.client().deleteObject(r -> r.bucket(bucket).key("k"));

        assertThatThrownBy(() -> get(bucket, "k")).isInstanceOf(NoSuchKeyException.class);
        assertThat(S3.client()
                        .getObjectAsBytes(r -> r.bucket(bucket).key("k").versionId(first))
                        .asString(UTF_8))
                .isEqualTo("one");
        var history = S3.client().listObjectVersions(r -> r.bucket(bucket));
        assertThat(history.versions()).hasSize(2).noneMatch(ObjectVersion::isLatest);
        assertThat(history.deleteMarkers()).hasSize(1).allMatch(m -> m.isLatest());
    }

    @Test
    void onlyTheFirstOfTwoIfNoneMatchWritesIsDone() {
        String bucket = bucket();
        S3.client().putObject(r -> r.bucket(bucket).key("lock").ifNoneMatch("*"), RequestBody.fromString("mine"));

        S3Exception refused = catchThrowableOfType(
                S3Exception.class,
                () -> S3.client()
                        .putObject(
                                r -> r.bucket(bucket).key("lock").ifNoneMatch("*"), RequestBody.fromString("yours")));

        assertThat(refused.statusCode()).isEqualTo(412);
        assertThat(get(bucket, "lock")).isEqualTo("mine");
    }

    @Test
    void otherCredentialsAreRefused() {
        String bucket = bucket();
        try (S3Client stranger = S3Client.builder()
                .endpointOverride(S3.endpoint())
                .forcePathStyle(true)
                .region(S3.client().serviceClientConfiguration().region())
                .credentialsProvider(
                        StaticCredentialsProvider.create(AwsBasicCredentials.create(LocalS3.ACCESS_KEY, "wrong")))
                .httpClientBuilder(UrlConnectionHttpClient.builder())
                .build()) {
            S3Exception refused =
                    catchThrowableOfType(S3Exception.class, () -> stranger.listObjectsV2(r -> r.bucket(bucket)));
            assertThat(refused.statusCode()).isEqualTo(403);
        }
    }

    @Test
    void itRunsBesideDynamoDbLocalInOneProcess() {
        try (LocalDynamo dynamo = LocalDynamo.start()) {
            String bucket = bucket();
            put(bucket, "k", "text");

            assertThat(dynamo.client().listTables().tableNames()).isEmpty();
            assertThat(get(bucket, "k")).isEqualTo("text");
        }
    }

    @Test
    void closingTwiceIsHarmlessAndFreesThePort() {
        LocalS3 first = LocalS3.start();
        first.createBucket("only-in-the-first");
        first.close();
        first.close();

        try (LocalS3 again = LocalS3.start(first.port())) {
            assertThat(again.endpoint()).isEqualTo(first.endpoint());
            assertThat(again.client().listBuckets().buckets()).isEmpty();
        }
    }

    @Test
    void aTakenPortIsNamedInTheError() {
        assertThatThrownBy(() -> LocalS3.start(S3.port()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("port " + S3.port());
    }

    @Test
    void nobodyOutsideThisMachineCanConnect() throws IOException {
        assertThat(S3.endpoint().getHost()).isEqualTo("127.0.0.1");
        List<InetAddress> others = NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(a -> !a.isLoopbackAddress())
                .toList();
        for (InetAddress address : others) {
            assertThatThrownBy(() -> {
                        try (Socket socket = new Socket()) {
                            socket.connect(new InetSocketAddress(address, S3.port()), 2_000);
                        }
                    })
                    .as(address.toString())
                    .isInstanceOf(IOException.class);
        }
    }
}
