package dev.lockstep.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.cli.Shell.Ran;
import dev.lockstep.local.Fault;
import dev.lockstep.local.FaultProxy;
import dev.lockstep.local.LocalS3;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.s3.model.S3Object;

class CopyToFolderCommandTest {
    private static final LocalS3 S3 = LocalS3.start();
    private static int buckets;

    private final String bucket = "bucket-" + buckets++;

    @BeforeEach
    void create() {
        S3.createBucket(bucket);
    }

    @AfterAll
    static void stop() {
        S3.close();
    }

    private Map<String, String> objects() {
        Map<String, String> objects = new TreeMap<>();
        for (S3Object object :
                S3.client().listObjectsV2Paginator(r -> r.bucket(bucket)).contents()) {
            objects.put(
                    object.key(),
                    S3.client()
                            .getObjectAsBytes(r -> r.bucket(bucket).key(object.key()))
                            .asString(UTF_8));
        }
        return objects;
    }

    private static Ran copy(URI endpoint, String... args) {
        List<String> all = new ArrayList<>(List.of("copy", "--s3-endpoint", endpoint.toString()));
        all.addAll(List.of(args));
        return Shell.run(all.toArray(String[]::new));
    }

    private String folder() {
        return "s3://" + bucket + "/backup/";
    }

    @Test
    void every_item_is_an_object_in_the_folder_of_the_table() {
        String primary = Server.create("primary");
        Server.put(primary, List.of(Map.of("id", AttributeValue.fromS("record-1"))));
        Ran ran = copy(S3.endpoint(), Server.ref(primary), folder());
        assertThat(ran.status()).as(ran.err()).isZero();
        assertThat(ran.out())
                .contains("copied 1 items")
                .contains("s3://" + bucket + "/backup/" + primary)
                .doesNotContain("lockstep diff");
        assertThat(objects())
                .containsExactly(Map.entry(
                        "backup/" + primary + "/d9b6990bcccce4c29a5f27866bf6f105a0fe391a29c4092e795f0b3c6528e4ac",
                        "{\"id\":{\"S\":\"record-1\"}}"));
    }

    @Test
    void a_table_and_a_folder_are_filled_by_one_reading() {
        String primary = Server.filled("primary", 120, 100);
        String replica = Server.create("replica");
        Ran ran = copy(S3.endpoint(), Server.ref(primary), folder(), Server.ref(replica), "--output", "json");
        assertThat(ran.status()).as(ran.err()).isZero();
        assertThat(ran.json().get("read").asInt()).isEqualTo(120);
        assertThat(ran.json().get("written").asInt()).isEqualTo(240);
        assertThat(Server.contents(replica)).isEqualTo(Server.contents(primary));
        assertThat(objects()).hasSize(120);
    }

    @Test
    void a_folder_that_holds_objects_is_refused_unless_overwritten() {
        String primary = Server.filled("primary", 3, 100);
        assertThat(copy(S3.endpoint(), Server.ref(primary), folder()).status()).isZero();
        Map<String, String> before = objects();
        Server.put(primary, List.of(Server.item(1, "changed", 100)));

        Ran refused = copy(S3.endpoint(), Server.ref(primary), folder());
        assertThat(refused.status()).isEqualTo(2);
        assertThat(refused.err()).contains("--overwrite").contains("s3://" + bucket + "/backup/" + primary);
        assertThat(objects()).isEqualTo(before);

        assertThat(copy(S3.endpoint(), Server.ref(primary), folder(), "--overwrite")
                        .status())
                .isZero();
        assertThat(objects()).hasSize(3).isNotEqualTo(before);
        assertThat(String.join("", objects().values())).contains("changed");
    }

    @Test
    void a_dry_run_writes_no_object() {
        Ran ran = copy(S3.endpoint(), Server.ref(Server.filled("primary", 3, 100)), folder(), "--dry-run");
        assertThat(ran.status()).isZero();
        assertThat(ran.out()).contains("dry run");
        assertThat(objects()).isEmpty();
    }

    @Test
    void a_busy_service_and_a_bad_network_lose_nothing() {
        String primary = Server.filled("primary", 200, 100);
        try (FaultProxy proxy = FaultProxy.start(S3.endpoint())) {
            proxy.on("*").probability(0.15, 1).inject(Fault.slowDown());
            proxy.on("*").probability(0.1, 2).inject(Fault.resetAfter());
            proxy.on("*").probability(0.1, 3).inject(Fault.internalErrorAfter());
            Ran ran = copy(proxy.endpoint(), Server.ref(primary), folder(), "--retry-delay-base", "2");
            assertThat(ran.status()).as(ran.err()).isZero();
            assertThat(proxy.stats().faults()).isPositive();
        }
        assertThat(objects()).hasSize(200);
    }

    @Test
    void what_is_denied_ends_the_copy_and_says_what_to_do() {
        String primary = Server.filled("primary", 3, 100);
        try (FaultProxy proxy = FaultProxy.start(S3.endpoint())) {
            proxy.on("PutObject").inject(Fault.error(403, "AccessDenied", "Access Denied"));
            Ran ran = copy(proxy.endpoint(), Server.ref(primary), folder());
            assertThat(ran.status()).isEqualTo(3);
            assertThat(ran.err()).contains("PutObject s3://" + bucket, "AccessDenied", "Allow this action");
        }
        Ran nowhere = copy(S3.endpoint(), Server.ref(primary), "s3://no-such-bucket/backup");
        assertThat(nowhere.status()).isEqualTo(3);
        assertThat(nowhere.err()).contains("NoSuchBucket", "bucket's name");
    }

    @Test
    void wrong_folders_and_endpoints_are_refused() {
        String primary = Server.ref(Server.create("primary"));
        assertThat(copy(S3.endpoint(), primary, "s3://" + bucket + "/../a").err())
                .contains("s3://bucket/prefix");
        assertThat(copy(S3.endpoint(), primary, "s3://B/a").status()).isEqualTo(2);
        for (String url : List.of("localhost:9000", "ftp://localhost", "http://", "no url")) {
            Ran ran = Shell.run("copy", primary, folder(), "--s3-endpoint", url);
            assertThat(ran.status()).as(url).isEqualTo(2);
            assertThat(ran.err()).contains("S3 endpoint");
        }
        Ran plain = Shell.run("copy", primary, folder(), "--s3-endpoint", "http://s3.example.org:9000");
        assertThat(plain.status()).isEqualTo(2);
        assertThat(plain.err()).contains("--allow-http");
    }
}
