package dev.lockstep.objects;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.local.Fault;
import dev.lockstep.local.FaultProxy;
import dev.lockstep.objects.ObjectStore.Options;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.s3.S3Client;

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

    @Test
    void whatSucceedsPassesByTheClient() {
        for (String key : List.of("a/b", "a b+c", "100%/x=1&y?z#w", "~'()*!,;:@$-_.", "empty//part")) {
            put(key);
            get(key);
        }
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
}
