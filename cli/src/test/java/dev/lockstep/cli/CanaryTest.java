package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.cli.Shell.Ran;
import dev.lockstep.local.Fault;
import dev.lockstep.local.FaultProxy;
import dev.lockstep.local.LocalS3;
import dev.lockstep.local.LocalSts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Every command, talkative and not, whole and with each failure: no secret is in anything that is printed, nor in a file or its name; and no
 * item's values but where they are meant to be. With {@code -Dlockstep.canary=all} each failure meets each command; else the rarer ones meet
 * those that have clients of all kinds.
 */
class CanaryTest {
    private static final String USER = "arn:aws:iam::111111111111:user/canary";
    private static final String ROLE = "arn:aws:iam::111111111111:role/canary";
    private static final String DEVICE = "arn:aws:iam::111111111111:mfa/canary";
    private static final String SECRET = "CanarySecretKey/+1";
    private static final String EXTERNAL_ID = "CanaryExternalId";
    /** Of all that STS issues. */
    private static final String ISSUED = "CanaryIssued";

    private static final String VALUE = "CanaryValueOfAnItem";
    private static final String KEY = "{\"id\":\"item-1\"}";

    @TempDir
    Path folder;

    private AwsAccount aws;
    private FaultProxy tables;
    private FaultProxy buckets;
    private LocalS3 s3;
    private String primary;
    private String replica;
    private final List<String> told = new ArrayList<>();
    private int runs;

    @BeforeEach
    void start() throws IOException {
        aws = new AwsAccount(folder);
        aws.sts
                .user(USER, "AKIACANARY", SECRET)
                .secretsBeginWith(ISSUED)
                .device(DEVICE, USER)
                .role(new LocalSts.Role(ROLE, Set.of(USER), EXTERNAL_ID, true));
        Path script = folder.resolve("process.sh");
        Files.writeString(
                script,
                "echo '{\"Version\":1,\"SecretAccessKey\":\"" + SECRET + "\",'; echo " + SECRET + " >&2; exit 3");
        aws.credentials("[canary]\naws_access_key_id=AKIACANARY\naws_secret_access_key=" + SECRET + "\n");
        aws.config("[profile broken]\ncredential_process = sh " + script + "\n[profile half]\naws_secret_access_key="
                + SECRET + "\n[profile wrong]\naws_access_key_id=AKIACANARY\naws_secret_access_key=" + SECRET + "x\n");
        s3 = LocalS3.startUnsigned();
        s3.createBucket("canary");
        tables = Server.proxy().gate(aws.sts.gate(ROLE));
        buckets = FaultProxy.start(s3.endpoint()).gate(aws.sts.gate(ROLE));
        primary = Server.create("primary");
        replica = Server.create("replica");
        Server.put(primary, Stream.of(1, 2, 3).map(CanaryTest::item).toList());
        Server.put(
                replica,
                Stream.of(2, 3, 4).map(n -> Server.item(n, VALUE + "Other", 60)).toList());
    }

    private static Map<String, AttributeValue> item(int number) {
        return Server.item(number, VALUE, 60);
    }

    @AfterEach
    void stop() {
        tables.close();
        buckets.close();
        s3.close();
        aws.close();
    }

    /** All commands, by name; those that a run needs before it come first. */
    private Map<String, List<String>> commands() {
        String p = Server.at(tables.endpoint(), primary);
        String r = Server.at(tables.endpoint(), replica);
        String id = "job-" + runs++;
        String undo = folder.resolve(id + "-undo.jsonl").toString();
        Map<String, List<String>> all = new LinkedHashMap<>();
        all.put("diff", List.of("diff", p, r, "--settle", "0", "--report", "" + folder.resolve(id + ".jsonl")));
        all.put(
                "diff --repair",
                List.of(
                        "diff",
                        p,
                        r,
                        "--settle",
                        "0",
                        "--repair",
                        "--undo-log",
                        undo,
                        "--journal",
                        "" + folder.resolve("j")));
        all.put("undo", List.of("undo", undo, r));
        all.put("copy", List.of("copy", p, r, "--overwrite"));
        all.put("copy to a folder", List.of("copy", p, "s3://canary/items", "--overwrite"));
        all.put("backup", List.of("backup", p, "s3://canary/full", "--job-id", id));
        all.put("check", List.of("check", "s3://canary/full/AWSDynamoDB/" + id));
        all.put("snapshot", List.of("snapshot", "s3://canary/items/" + primary, "s3://canary/snapshots/" + id));
        all.put("restore", List.of("restore", "s3://canary/full/AWSDynamoDB/" + id, r, "--overwrite"));
        all.put("item diff", List.of("item", "diff", p, r, KEY));
        all.put("item copy", List.of("item", "copy", p, r, KEY));
        all.put("item backup", List.of("item", "backup", p, "s3://canary/items", KEY));
        all.put("item history", List.of("item", "history", p, "s3://canary/items", KEY));
        all.put("item restore", List.of("item", "restore", r, "s3://canary/items", KEY, "--source-table", primary));
        all.put("replicate", List.of("replicate", p, r));
        return all;
    }

    private static final Set<String> ON_BUCKETS = Set.of(
            "copy to a folder",
            "backup",
            "check",
            "snapshot",
            "restore",
            "item backup",
            "item history",
            "item restore");
    private static final Set<String> SHOW_ITEMS = Set.of("item diff", "item history");

    private List<Ran> runAll(String profile, List<String> more, boolean every) {
        List<Ran> ran = new ArrayList<>();
        Map<String, List<String>> commands = commands();
        if (!every && !ALL) {
            commands.keySet().retainAll(SOME);
        }
        commands.forEach((name, command) -> {
            List<String> line = new ArrayList<>(command);
            String code = aws.sts.nextCode(DEVICE);
            line.addAll(List.of("--profile", profile, "--role-arn", ROLE, "--external-id", EXTERNAL_ID));
            line.addAll(List.of("--mfa-serial", DEVICE, "--mfa-token", code));
            line.addAll(List.of("--max-retries", "1", "--retry-delay-base", "1"));
            if (ON_BUCKETS.contains(name)) {
                line.addAll(List.of("--s3-endpoint", buckets.endpoint().toString()));
            }
            line.addAll(more);
            Ran one = Shell.run(line.toArray(String[]::new));
            clean(name + " " + more, one.out() + one.err(), code);
            if (!SHOW_ITEMS.contains(name)) {
                assertThat(one.out() + one.err()).as("%s %s", name, more).doesNotContain(VALUE);
            }
            told.add(name + " " + one.status() + " " + one.err());
            ran.add(one);
        });
        return ran;
    }

    private static void clean(String what, String text, String code) {
        assertThat(text).as(what).doesNotContain(SECRET).doesNotContain(ISSUED).doesNotContain(EXTERNAL_ID);
        assertThat(text.lines().filter(line -> line.matches(".*(?<!\\d)" + code + "(?!\\d).*")))
                .as(what)
                .isEmpty();
    }

    /** What the runs left: reports, undo logs, journals. */
    private void filesAreClean() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String name = folder.relativize(file).toString();
                clean(name, name, "no code");
                if (!Set.of("credentials", "config", "process.sh").contains(name)) {
                    clean(name, Files.readString(file, StandardCharsets.ISO_8859_1), "no code");
                }
            }
        }
        s3.client().listObjectsV2Paginator(r -> r.bucket("canary")).contents().forEach(object -> {
            clean(object.key(), object.key(), "no code");
            String content = s3.client()
                    .getObjectAsBytes(r -> r.bucket("canary").key(object.key()))
                    .asString(StandardCharsets.ISO_8859_1);
            clean(object.key(), content, "no code");
        });
    }

    private static final List<List<String>> VOICES =
            List.of(List.of("-v", "--output", "json"), List.of(), List.of("-v"), List.of("-q"));
    private static final boolean ALL = "all".equals(System.getProperty("lockstep.canary"));
    private static final Set<String> SOME = Set.of("diff", "copy to a folder", "check");

    @Test
    void nothing_that_succeeds_shows_a_secret() throws IOException {
        for (List<String> voice : VOICES.subList(0, ALL ? 4 : 2)) {
            List<Ran> ran = runAll("canary", voice, true);
            assertThat(ran.subList(0, ran.size() - 1))
                    .as("all but replicate, whose stream is off: %s", told)
                    .extracting(Ran::status)
                    .containsOnly(0, 1);
        }
        filesAreClean();
    }

    @Test
    void no_failure_shows_a_secret() throws IOException {
        runAll("canary", List.of(), true);
        Map<String, Fault> faults = new LinkedHashMap<>();
        faults.put("denied", Fault.accessDenied());
        faults.put("throttled for ever", Fault.throttle());
        faults.put("500", Fault.internalErrorBefore());
        faults.put("cut short", Fault.truncatedBody());
        faults.put(
                "signature",
                Fault.error(400, "InvalidSignatureException", "The Canonical String should have been ..."));
        for (Fault fault : faults.values()) {
            tables.on("*").inject(fault);
            boolean every = fault.equals(faults.get("denied"));
            assertThat(runAll("canary", List.of("-v"), every))
                    .extracting(Ran::status)
                    .contains(3);
            tables.clear();
            buckets.on("*").inject(fault);
            assertThat(runAll("canary", List.of("-v"), false))
                    .extracting(Ran::status)
                    .contains(3);
            buckets.clear();
        }
        filesAreClean();
    }

    @Test
    void no_way_to_fail_to_sign_in_shows_a_secret() throws IOException {
        for (String profile : List.of("broken", "half", "wrong", "nowhere")) {
            assertThat(runAll(profile, List.of("-v"), false))
                    .extracting(Ran::status)
                    .doesNotContain(0, 1);
        }
        assertThat(told.toString()).contains("SignatureDoesNotMatch");
        for (String code : List.of("Throttling", "AccessDenied", "ValidationError", "InternalFailure")) {
            aws.sts.fail(
                    1_000_000,
                    code.equals("InternalFailure") ? 500 : 400,
                    code,
                    "Value '" + EXTERNAL_ID + "' at 'externalId' failed to satisfy constraint");
            assertThat(runAll("canary", List.of("-v"), false))
                    .extracting(Ran::status)
                    .containsOnly(3);
        }
        System.setProperty("aws.endpointUrlSts", "http://127.0.0.1:1");
        assertThat(runAll("canary", List.of("-v"), false))
                .extracting(Ran::status)
                .containsOnly(3);
        filesAreClean();
    }

    @Test
    void a_wrong_command_line_does_not_repeat_a_secret() {
        String p = Server.ref(primary);
        String r = Server.ref(replica);
        for (List<String> wrong : List.of(
                List.of("--mfa-token", "12345678"),
                List.of("--external-id", EXTERNAL_ID, "-v"),
                List.of("--external-id", EXTERNAL_ID + " '", "--role-arn", ROLE, "-v"),
                List.of("--external-id", EXTERNAL_ID, "--role-arn", "role", "-v"))) {
            List<String> line = new ArrayList<>(List.of("diff", p, r));
            line.addAll(wrong);
            Ran ran = Shell.run(line.toArray(String[]::new));
            assertThat(ran.status()).isEqualTo(2);
            clean(wrong.toString(), ran.out() + ran.err(), "12345678");
        }
    }
}
