package dev.lockstep.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/** The proxy before an S3 server that checks signatures. */
class S3FaultTest {
    private static final LocalS3 S3 = LocalS3.start();

    private final FaultProxy proxy = FaultProxy.start(S3.endpoint());
    private final S3Client client = S3.client(proxy.endpoint());

    @BeforeAll
    static void create() {
        S3.createBucket("bucket");
    }

    @AfterEach
    void close() {
        client.close();
        proxy.close();
    }

    @AfterAll
    static void stop() {
        S3.close();
    }

    private void put(String key, String text) {
        client.putObject(r -> r.bucket("bucket").key(key), RequestBody.fromString(text));
    }

    private static String stored(String key) {
        return S3.client().getObjectAsBytes(r -> r.bucket("bucket").key(key)).asString(UTF_8);
    }

    @Test
    void withoutRulesCallsPassAsTheyAreAndAreCalledByTheirNames() {
        List<String> names = new CopyOnWriteArrayList<>();
        proxy.before("*", call -> names.add(call.api()));
        put("a folder/k=é+1", "{\"id\":{\"S\":\"☃\"}}");

        assertThat(client.getObjectAsBytes(r -> r.bucket("bucket").key("a folder/k=é+1"))
                        .asString(UTF_8))
                .isEqualTo("{\"id\":{\"S\":\"☃\"}}");
        assertThat(client.listObjectsV2(r -> r.bucket("bucket").prefix("a folder/"))
                        .contents())
                .extracting(S3Object::key)
                .containsExactly("a folder/k=é+1");
        client.deleteObject(r -> r.bucket("bucket").key("a folder/k=é+1"));
        assertThat(names).containsExactly("PutObject", "GetObject", "ListObjectsV2", "DeleteObject");
    }

    @Test
    void refusalsAreWordedAsS3Does() {
        proxy.on("PutObject").times(1).inject(Fault.slowDown());
        S3Exception refused = catchThrowableOfType(S3Exception.class, () -> put("refused", "text"));

        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.awsErrorDetails().errorCode()).isEqualTo("SlowDown");
        put("refused", "text");
        assertThat(stored("refused")).isEqualTo("text");
    }

    @Test
    void afterAnErrorTheObjectIsThere() {
        proxy.on("PutObject").inject(Fault.internalErrorAfter());
        S3Exception failed = catchThrowableOfType(S3Exception.class, () -> put("failed", "text"));

        assertThat(failed.statusCode()).isEqualTo(500);
        assertThat(failed.awsErrorDetails().errorCode()).isEqualTo("InternalServerError");
        assertThat(stored("failed")).isEqualTo("text");
    }

    @Test
    void connectionsAreCutBeforeAndAfter() {
        proxy.on("PutObject").times(1).inject(Fault.resetBefore());
        assertThatThrownBy(() -> put("cut", "before")).isInstanceOf(SdkClientException.class);
        assertThatThrownBy(() -> stored("cut")).isInstanceOf(S3Exception.class);

        proxy.on("PutObject").times(1).inject(Fault.resetAfter());
        assertThatThrownBy(() -> put("cut", "after")).isInstanceOf(SdkClientException.class);
        assertThat(stored("cut")).isEqualTo("after");
    }
}
