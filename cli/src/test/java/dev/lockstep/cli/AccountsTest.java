package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.cli.Shell.Ran;
import dev.lockstep.local.FaultProxy;
import dev.lockstep.local.Gate;
import dev.lockstep.local.LocalS3;
import dev.lockstep.local.LocalSts;
import dev.lockstep.local.LocalSts.Asked;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whose credentials reach which table. Each table is behind a gate that admits one user or role alone, with sessions that have not ended. */
class AccountsTest {
    /** Long enough that a busy machine does not take one call for longer than a session lasts. */
    private static final Duration SHORT = Duration.ofSeconds(2);

    @TempDir
    Path folder;

    private AwsAccount aws;
    private final List<AutoCloseable> open = new ArrayList<>();

    @BeforeEach
    void start() {
        aws = new AwsAccount(folder);
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
        aws.close();
    }

    /** DynamoDB as one user or role may see it. */
    private record Account(FaultProxy proxy, Gate gate) {
        String table(String name) {
            return Server.at(proxy.endpoint(), name);
        }
    }

    private Account of(String... arns) {
        Gate gate = aws.sts.gate(arns);
        FaultProxy proxy = Server.proxy().gate(gate);
        open.add(proxy);
        return new Account(proxy, gate);
    }

    private Ran diff(String primary, String replica, String... options) {
        List<String> all = new ArrayList<>(
                List.of("diff", primary, replica, "--settle", "0", "--journal", "" + folder.resolve("j")));
        all.addAll(List.of(options));
        return Shell.run(all.toArray(String[]::new));
    }

    private final String primary = Server.filled("primary", 40, 100);
    private final String replica = Server.filled("replica", 40, 100);

    private static void equal(Ran ran) {
        assertThat(ran.status()).as(ran.err()).isZero();
    }

    @Test
    void each_side_has_its_own_role_and_a_job_outlasts_its_sessions_many_times() {
        aws.sessions(SHORT);
        Account reader = of(AwsAccount.READER);
        Account writer = of(AwsAccount.WRITER);
        String empty = Server.create("empty");
        reader.proxy().latency(Duration.ofMillis(200));
        writer.proxy().latency(Duration.ofMillis(200));
        String big = Server.filled("big", 500, 100);
        Ran ran = Shell.run(
                "copy",
                reader.table(big),
                writer.table(empty),
                "--parallel",
                "1",
                "--segments",
                "20",
                "--role-arn",
                AwsAccount.READER,
                "--replica-role-arn",
                AwsAccount.WRITER);
        equal(ran);
        assertThat(Server.contents(empty)).isEqualTo(Server.contents(big));
        assertThat(reader.gate().admitted()).hasSizeGreaterThanOrEqualTo(3);
        assertThat(writer.gate().admitted()).hasSizeGreaterThanOrEqualTo(3);
    }

    @Test
    void of_a_replica_of_which_nothing_is_said_the_primarys_credentials_are_used() {
        Account reader = of(AwsAccount.READER);
        equal(diff(reader.table(primary), reader.table(replica), "--role-arn", AwsAccount.READER));
        assertThat(reader.gate().admitted()).hasSize(1);
        assertThat(aws.sts.assumed(AwsAccount.READER)).isEqualTo(1);
    }

    @Test
    void a_role_may_be_on_one_side_only() {
        Account user = of(AwsAccount.USER);
        equal(diff(
                user.table(primary),
                of(AwsAccount.WRITER).table(replica),
                "--replica-role-arn",
                AwsAccount.WRITER,
                "--profile",
                "op"));
        equal(diff(
                of(AwsAccount.READER).table(primary),
                user.table(replica),
                "--role-arn",
                AwsAccount.READER,
                "--replica-default-credentials"));
        equal(diff(
                of(AwsAccount.READER).table(primary),
                user.table(replica),
                "--role-arn",
                AwsAccount.READER,
                "--replica-profile",
                "op"));
    }

    @BeforeEach
    void profileOfTheUser() {
        aws.credentials(
                "[op]\naws_access_key_id=" + AwsAccount.KEY + "\naws_secret_access_key=" + AwsAccount.SECRET + "\n");
    }

    @Test
    void a_replicas_role_is_assumed_by_the_user_and_never_by_the_primarys_role() {
        Account reader = of(AwsAccount.READER);
        Account writer = of(AwsAccount.WRITER);
        equal(diff(
                reader.table(primary),
                writer.table(replica),
                "--profile",
                "op",
                "--role-arn",
                AwsAccount.READER,
                "--replica-role-arn",
                AwsAccount.WRITER));
        assertThat(aws.sts.asked()).extracting(Asked::by).containsOnly(AwsAccount.USER);
    }

    @ParameterizedTest
    @CsvSource({"',',1", "' --role-arn ',2"})
    void a_chain_of_roles_goes_from_one_to_the_next(String between, int words) {
        String spoke = "arn:aws:iam::333333333333:role/spoke";
        aws.sts.role(new LocalSts.Role(spoke, Set.of(AwsAccount.READER), "agreed-id", false));
        String[] roles = (AwsAccount.READER + between + spoke).split(" ");
        List<String> options = new ArrayList<>(List.of("--role-arn"));
        options.addAll(List.of(roles));
        options.addAll(List.of("--external-id", "agreed-id", "--role-session-name", "night-run"));
        Account account = of(spoke);
        equal(diff(account.table(primary), account.table(replica), options.toArray(String[]::new)));
        assertThat(aws.sts.asked()).extracting(Asked::by).containsExactly(AwsAccount.USER, AwsAccount.READER);
        assertThat(aws.sts.asked().get(0).parameters())
                .doesNotContainKey("ExternalId")
                .containsEntry("RoleSessionName", "night-run");
        assertThat(roles).hasSize(words == 1 ? 1 : 3);
    }

    @Test
    void one_mfa_code_serves_both_sides_and_all_renewals() {
        aws.sessions(SHORT);
        aws.sts.role(new LocalSts.Role(AwsAccount.READER, Set.of(AwsAccount.USER), "", true));
        aws.sts.role(new LocalSts.Role(AwsAccount.WRITER, Set.of(AwsAccount.USER), "", true));
        Account reader = of(AwsAccount.READER);
        Account writer = of(AwsAccount.WRITER);
        reader.proxy().latency(Duration.ofMillis(300));
        equal(diff(
                reader.table(primary),
                writer.table(replica),
                "--parallel",
                "1",
                "--segments",
                "20",
                "--role-arn",
                AwsAccount.READER,
                "--replica-role-arn",
                AwsAccount.WRITER,
                "--mfa-serial",
                AwsAccount.DEVICE,
                "--mfa-token",
                aws.sts.code(AwsAccount.DEVICE)));
        assertThat(aws.sts.asked())
                .filteredOn(a -> a.parameters().containsKey("TokenCode"))
                .singleElement()
                .satisfies(asked -> {
                    assertThat(asked.action()).isEqualTo("GetSessionToken");
                    assertThat(asked.parameters()).containsEntry("DurationSeconds", "129600");
                });
        assertThat(aws.sts.assumed(AwsAccount.READER)).isGreaterThanOrEqualTo(3);
    }

    @Test
    void without_a_terminal_and_a_code_it_is_said_what_to_do_and_nothing_is_done() {
        Ran ran = diff(Server.ref(primary), Server.ref(replica), "--mfa-serial", AwsAccount.DEVICE);
        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.err()).contains(AwsAccount.DEVICE).contains("--mfa-token CODE");
        assertThat(aws.sts.asked()).isEmpty();
    }

    @Test
    void a_code_that_was_used_is_refused_by_the_service_and_never_shown() {
        String code = aws.sts.code(AwsAccount.DEVICE);
        String[] options = {"--mfa-serial", AwsAccount.DEVICE, "--mfa-token", code};
        equal(diff(of(AwsAccount.USER).table(primary), of(AwsAccount.USER).table(replica), options));
        Ran again = diff(Server.ref(primary), Server.ref(replica), options);
        assertThat(again.status()).isEqualTo(3);
        assertThat(again.err())
                .contains("GetSessionToken")
                .contains("next code")
                .doesNotContain(code);
    }

    @Test
    void when_the_mfa_session_ends_and_nobody_can_be_asked_the_run_stops_and_says_how_to_go_on() {
        aws.sts.userSessions(SHORT);
        aws.sessions(SHORT);
        Account reader = of(AwsAccount.READER);
        reader.proxy().latency(Duration.ofMillis(300));
        Ran ran = diff(
                reader.table(primary),
                reader.table(replica),
                "--parallel",
                "1",
                "--segments",
                "40",
                "--role-arn",
                AwsAccount.READER,
                "--mfa-serial",
                AwsAccount.DEVICE,
                "--mfa-token",
                aws.sts.code(AwsAccount.DEVICE));
        assertThat(ran.status()).isEqualTo(3);
        assertThat(ran.err())
                .contains("its session has ended")
                .contains("Run the same command again with a new --mfa-token");
    }

    @Test
    void a_profile_may_name_roles_and_a_device() {
        aws.config("""
                [profile far]
                role_arn = %s
                source_profile = near
                external_id = agreed-id
                role_session_name = from-the-file
                [profile near]
                role_arn = %s
                source_profile = op
                mfa_serial = %s
                """.formatted(AwsAccount.WRITER, AwsAccount.READER, AwsAccount.DEVICE));
        aws.sts.role(new LocalSts.Role(AwsAccount.READER, Set.of(AwsAccount.USER), "", true));
        aws.sts.role(new LocalSts.Role(AwsAccount.WRITER, Set.of(AwsAccount.READER), "agreed-id", false));
        Account writer = of(AwsAccount.WRITER);
        Account reader = of(AwsAccount.READER);
        equal(diff(
                reader.table(primary),
                writer.table(replica),
                "--profile",
                "near",
                "--replica-profile",
                "far",
                "--mfa-token",
                aws.sts.code(AwsAccount.DEVICE)));
        assertThat(aws.sts.asked())
                .extracting(Asked::action)
                .containsExactly("GetSessionToken", "AssumeRole", "AssumeRole", "AssumeRole");
        assertThat(aws.sts.asked().get(3).parameters()).containsEntry("RoleSessionName", "from-the-file");
    }

    /** A profile with a session of the user that no code was given for. */
    private void session() {
        LocalSts.Session session = aws.sts.session(AwsAccount.USER);
        aws.credentials("[op]\naws_access_key_id=" + AwsAccount.KEY + "\naws_secret_access_key=" + AwsAccount.SECRET
                + "\n[session]\naws_access_key_id=" + session.accessKeyId() + "\naws_secret_access_key="
                + session.secret() + "\naws_session_token=" + session.token() + "\n");
    }

    @Test
    void where_the_user_is_a_session_already_the_first_role_takes_the_code() {
        session();
        aws.config("[profile admin]\nrole_arn=" + AwsAccount.READER + "\nsource_profile=session\nmfa_serial="
                + AwsAccount.DEVICE + "\n");
        aws.sts.role(new LocalSts.Role(AwsAccount.READER, Set.of(AwsAccount.USER), "", true));
        Account reader = of(AwsAccount.READER);
        equal(diff(
                reader.table(primary),
                reader.table(replica),
                "--profile",
                "admin",
                "--mfa-token",
                aws.sts.code(AwsAccount.DEVICE)));
        assertThat(aws.sts.asked()).singleElement().satisfies(asked -> {
            assertThat(asked.action()).isEqualTo("AssumeRole");
            assertThat(asked.parameters()).containsKey("TokenCode");
        });
    }

    @Test
    void and_a_second_role_needs_a_code_of_its_own() {
        session();
        Account reader = of(AwsAccount.READER);
        Account writer = of(AwsAccount.WRITER);
        List<String> options = new ArrayList<>(List.of("--profile", "session", "--role-arn", AwsAccount.READER));
        options.addAll(List.of("--mfa-serial", AwsAccount.DEVICE, "--replica-role-arn", AwsAccount.WRITER));
        options.addAll(List.of("--mfa-token", aws.sts.nextCode(AwsAccount.DEVICE)));
        Ran one = diff(reader.table(primary), writer.table(replica), options.toArray(String[]::new));
        assertThat(one.status()).isEqualTo(3);
        assertThat(one.err()).contains("each session of a role takes one");

        options.set(options.size() - 1, aws.sts.nextCode(AwsAccount.DEVICE));
        options.addAll(List.of("--replica-profile", "session", "--replica-mfa-serial", AwsAccount.DEVICE));
        options.addAll(List.of("--replica-mfa-token", "000000"));
        Ran two = diff(reader.table(primary), writer.table(replica), options.toArray(String[]::new));
        assertThat(two.err()).contains("MultiFactorAuthentication failed");
        assertThat(aws.sts.asked().get(aws.sts.asked().size() - 1).parameters()).containsEntry("TokenCode", "000000");
    }

    @Test
    void the_keys_of_a_profile_that_is_its_own_source_are_not_taken_for_its_role() {
        aws.config("[profile self]\nrole_arn=" + AwsAccount.READER + "\nsource_profile=self\nmfa_serial="
                + AwsAccount.DEVICE + "\naws_access_key_id=" + AwsAccount.KEY + "\naws_secret_access_key="
                + AwsAccount.SECRET + "\n");
        aws.sts.role(WRITER_OF_READER);
        Account writer = of(AwsAccount.WRITER);
        Ran ran = diff(
                writer.table(primary),
                writer.table(replica),
                "--profile",
                "self",
                "--mfa-serial",
                AwsAccount.DEVICE,
                "--mfa-token",
                aws.sts.code(AwsAccount.DEVICE),
                "--role-arn",
                AwsAccount.WRITER);
        assertThat(aws.sts.asked()).extracting(Asked::by).as(ran.err()).containsSubsequence(AwsAccount.READER);
    }

    private static final LocalSts.Role WRITER_OF_READER =
            new LocalSts.Role(AwsAccount.WRITER, Set.of(AwsAccount.READER), "", false);

    @Test
    void a_profile_may_run_a_process() throws Exception {
        Path script = folder.resolve("process.sh");
        Files.writeString(
                script,
                "echo '{\"Version\":1,\"AccessKeyId\":\"" + AwsAccount.KEY + "\",\"SecretAccessKey\":\""
                        + AwsAccount.SECRET + "\"}'");
        aws.config("[profile process]\ncredential_process = sh " + script + "\n");
        Account user = of(AwsAccount.USER);
        equal(diff(user.table(primary), user.table(replica), "--profile", "process"));

        Files.writeString(script, "echo CANARY; echo CANARY >&2; exit 1");
        Ran ran = diff(user.table(primary), user.table(replica), "--profile", "process", "-v");
        assertThat(ran.status()).isEqualTo(3);
        assertThat(ran.err()).contains("'process'").doesNotContain("CANARY");
    }

    @ParameterizedTest
    @CsvSource({
        "--profile nowhere,2,'no such profile'",
        "--profile loop,2,'leads back'",
        "--role-arn reader,2,'not the ARN of a role'",
        "--external-id some-id,2,'without a role'",
        "--mfa-token 123456,2,'--mfa-serial'",
        "--replica-mfa-token 123456,2,'--replica-mfa-serial'",
        "--profile op --mfa-token 123456,2,'--mfa-serial'",
        "--profile session --mfa-serial arn:aws:iam::111111111111:mfa/op,2,'--role-arn'",
        "--profile odd,2,'duration_seconds'",
        "--mfa-serial arn:aws:iam::111111111111:mfa/op --mfa-token 12,2,'six digits'",
        "--replica-profile op --replica-default-credentials,2,'contradicts'",
        "--role-arn arn:aws:iam::111111111111:role/nobodys,3,'arn:aws:iam::111111111111:role/nobodys: AccessDenied'",
        "--role-arn arn:aws:iam::111111111111:role/nobodys,3,'trust policy'",
    })
    void what_is_wrong_is_named(String options, int status, String told) {
        String role = "]\nrole_arn=" + AwsAccount.READER + "\nsource_profile=";
        aws.config("[profile loop" + role + "pool\n[profile pool" + role + "loop\n[profile odd" + role
                + "op\nduration_seconds=an hour\n");
        session();
        Ran ran = diff(Server.ref(primary), Server.ref(replica), options.split(" "));
        assertThat(ran.status()).as(ran.err()).isEqualTo(status);
        assertThat(ran.err()).contains(told).hasLineCount(1);
    }

    @Test
    void while_sts_is_away_the_old_session_serves_on() {
        aws.sessions(Duration.ofSeconds(3));
        Account reader = of(AwsAccount.READER);
        reader.proxy().latency(Duration.ofMillis(100));
        AtomicInteger calls = new AtomicInteger();
        reader.proxy().before("Scan", call -> {
            if (calls.incrementAndGet() == 5) {
                aws.sts.fail(4, 400, "Throttling", "Rate exceeded");
            }
        });
        Ran ran = diff(
                reader.table(primary),
                reader.table(replica),
                "--parallel",
                "1",
                "--segments",
                "25",
                "--role-arn",
                AwsAccount.READER);
        equal(ran);
        assertThat(ran.err()).contains("role " + AwsAccount.READER + " could not be renewed yet");
        assertThat(aws.sts.assumed(AwsAccount.READER)).isGreaterThanOrEqualTo(2);
    }

    @Test
    void a_session_that_ends_sooner_than_promised_is_renewed_and_the_call_made_again() {
        Account reader = of(AwsAccount.READER);
        AtomicInteger calls = new AtomicInteger();
        aws.sessions(Duration.ofSeconds(5));
        reader.proxy().latency(Duration.ofMillis(50));
        reader.proxy().before("Scan", call -> {
            if (calls.incrementAndGet() == 14) {
                aws.sts.revokeSessions();
            }
        });
        Ran ran = diff(
                reader.table(primary),
                reader.table(replica),
                "--parallel",
                "1",
                "--segments",
                "20",
                "--role-arn",
                AwsAccount.READER);
        equal(ran);
        assertThat(reader.gate().refused("ExpiredTokenException")).isPositive();
        assertThat(aws.sts.assumed(AwsAccount.READER)).isGreaterThanOrEqualTo(2);
    }

    @Test
    void a_bucket_that_is_written_belongs_to_the_replicas_side_and_what_is_restored_is_read_by_the_primarys() {
        LocalS3 s3 = LocalS3.startUnsigned();
        open.add(s3);
        s3.createBucket("backups");
        FaultProxy bucket = FaultProxy.start(s3.endpoint());
        open.add(bucket);
        bucket.gate(aws.sts.gate(AwsAccount.WRITER));
        String[] roles = {"--role-arn", AwsAccount.READER, "--replica-role-arn", AwsAccount.WRITER};
        String at = bucket.endpoint().toString();
        Account reader = of(AwsAccount.READER);
        Account writer = of(AwsAccount.WRITER);
        equal(run(roles, "backup", reader.table(primary), "s3://backups/full", "--job-id", "one", "--s3-endpoint", at));
        equal(run(roles, "check", "s3://backups/full/AWSDynamoDB/one", "--s3-endpoint", at));
        equal(run(roles, "copy", reader.table(primary), "s3://backups/items", "--s3-endpoint", at));

        bucket.gate(aws.sts.gate(AwsAccount.READER));
        String back = Server.create("back");
        equal(run(roles, "restore", "s3://backups/full", writer.table(back), "--s3-endpoint", at));
        assertThat(Server.contents(back)).isEqualTo(Server.contents(primary));
    }

    private static Ran run(String[] options, String... command) {
        List<String> all = new ArrayList<>(List.of(command));
        all.addAll(List.of(options));
        return Shell.run(all.toArray(String[]::new));
    }

    @Test
    void every_client_of_a_running_replication_renews_its_session() throws Exception {
        aws.sessions(Duration.ofSeconds(2));
        Server.client()
                .updateTable(r -> r.tableName(primary)
                        .streamSpecification(s -> s.streamEnabled(true).streamViewType("NEW_AND_OLD_IMAGES")));
        Account reader = of(AwsAccount.READER);
        Account writer = of(AwsAccount.WRITER);
        String copy = Server.create("copy");
        Ran ran = Shell.run(
                "replicate",
                reader.table(primary),
                writer.table(copy),
                "--copy-first",
                "--until-idle",
                "4s",
                "--role-arn",
                AwsAccount.READER,
                "--replica-role-arn",
                AwsAccount.WRITER);
        equal(ran);
        assertThat(Server.contents(copy)).isEqualTo(Server.contents(primary));
        assertThat(reader.gate().admitted()).hasSizeGreaterThanOrEqualTo(3);
        assertThat(reader.gate().refused("UnrecognizedClientException")).isZero();
        assertThat(ran.out() + ran.err()).doesNotContain("local-secret").doesNotContain("local-token");
    }
}
