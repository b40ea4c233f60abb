package dev.lockstep.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.lockstep.local.FaultProxy;
import dev.lockstep.local.LocalSts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What needs a process of its own: a terminal to be asked on, and a home folder with SSO tokens. */
class SignInProcessTest {
    @TempDir
    Path folder;

    private final String primary = Server.filled("primary", 5, 50);
    private final String replica = Server.filled("replica", 5, 50);
    private AwsAccount aws;
    private FaultProxy tables;

    @BeforeEach
    void start() {
        aws = new AwsAccount(folder);
        aws.sts.role(new LocalSts.Role(AwsAccount.READER, Set.of(AwsAccount.USER), "", true));
        tables = Server.proxy().gate(aws.sts.gate(AwsAccount.READER));
    }

    @AfterEach
    void stop() {
        tables.close();
        aws.close();
    }

    private String diff(String... options) {
        return String.join(
                " ",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dlockstep.terminal=true -cp",
                System.getProperty("java.class.path"),
                "dev.lockstep.cli.Main diff",
                Server.at(tables.endpoint(), primary),
                Server.at(tables.endpoint(), replica),
                "--quiet",
                String.join(" ", options));
    }

    private Process start(Map<String, String> environment, String... command) throws IOException {
        ProcessBuilder process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("out").toFile());
        process.environment()
                .putAll(Map.of(
                        "AWS_ACCESS_KEY_ID",
                        AwsAccount.KEY,
                        "AWS_SECRET_ACCESS_KEY",
                        AwsAccount.SECRET,
                        "AWS_ENDPOINT_URL_STS",
                        aws.sts.endpoint().toString(),
                        "AWS_CONFIG_FILE",
                        folder.resolve("config").toString(),
                        "AWS_SHARED_CREDENTIALS_FILE",
                        folder.resolve("credentials").toString(),
                        "HOME",
                        folder.toString()));
        process.environment().putAll(environment);
        process.environment().values().removeIf(String::isEmpty);
        return process.start();
    }

    private String out() {
        try {
            return Files.readString(folder.resolve("out"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private int end(Process process) throws InterruptedException {
        assertThat(process.waitFor(120, TimeUnit.SECONDS))
                .as("it ends: %s", out())
                .isTrue();
        return process.exitValue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " --output json > result.json"})
    void the_code_is_asked_for_on_the_terminal_wherever_the_result_goes_and_is_not_shown(String where)
            throws Exception {
        Path script = Path.of("/usr/bin/script");
        assumeThat(script).exists();
        String result =
                where.replace("result.json", folder.resolve("result.json").toString());
        Process process = start(
                Map.of(),
                script.toString(),
                "-qec",
                diff("--role-arn", AwsAccount.READER, "--mfa-serial", AwsAccount.DEVICE, result),
                "/dev/null");
        answer(process, "000000".equals(aws.sts.code(AwsAccount.DEVICE)) ? "000001" : "000000", 1);
        String code = aws.sts.code(AwsAccount.DEVICE);
        answer(process, code, 2);
        assertThat(end(process)).as(out()).isZero();
        assertThat(out()).doesNotContain(code);
        if (!where.isEmpty()) {
            assertThat(Files.readString(folder.resolve("result.json"))).startsWith("{");
        }
    }

    private void answer(Process process, String code, int question) throws IOException {
        await().atMost(Duration.ofSeconds(60))
                .until(() ->
                        out().split("MFA code of " + AwsAccount.DEVICE, -1).length > question || !process.isAlive());
        process.getOutputStream().write((code + "\n").getBytes(UTF_8));
        process.getOutputStream().flush();
    }

    @Test
    void a_profile_may_use_sso() throws Exception {
        LocalSts.Session session = aws.sts.session(AwsAccount.READER);
        HttpServer portal = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
        portal.createContext("/federation/credentials", exchange -> {
            boolean known =
                    "sso-access-token".equals(exchange.getRequestHeaders().getFirst("x-amz-sso_bearer_token"));
            byte[] answer = ("{\"roleCredentials\":{\"accessKeyId\":\"" + session.accessKeyId()
                            + "\",\"secretAccessKey\":\""
                            + session.secret() + "\",\"sessionToken\":\"" + session.token() + "\",\"expiration\":"
                            + Instant.now().plusSeconds(3_600).toEpochMilli() + "}}")
                    .getBytes(UTF_8);
            exchange.sendResponseHeaders(known ? 200 : 401, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        portal.start();
        try {
            aws.config("""
                    [sso-session corp]
                    sso_start_url = https://corp.awsapps.com/start
                    sso_region = us-east-1
                    sso_registration_scopes = sso:account:access
                    [profile corp-reader]
                    sso_session = corp
                    sso_account_id = 111111111111
                    sso_role_name = reader
                    """);
            Path cache = Files.createDirectories(folder.resolve(".aws/sso/cache"));
            String name =
                    HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest("corp".getBytes(UTF_8)));
            Files.writeString(
                    cache.resolve(name + ".json"),
                    "{\"accessToken\":\"sso-access-token\",\"expiresAt\":\""
                            + Instant.now().plusSeconds(3_600).toString().replaceAll("\\.\\d+", "")
                            + "\",\"region\":\"us-east-1\",\"startUrl\":\"https://corp.awsapps.com/start\"}");
            Map<String, String> environment = Map.of(
                    "AWS_ENDPOINT_URL_SSO",
                    "http://127.0.0.1:" + portal.getAddress().getPort());
            Process process =
                    start(environment, diff("--profile", "corp-reader").split(" "));
            assertThat(end(process)).as(out()).isZero();
        } finally {
            portal.stop(0);
        }
    }

    @Test
    void a_code_may_be_for_the_profile_in_force() throws Exception {
        aws.credentials("[op]\naws_access_key_id=" + AwsAccount.KEY + "\naws_secret_access_key=" + AwsAccount.SECRET);
        aws.config("[profile admin]\nrole_arn=" + AwsAccount.READER + "\nsource_profile=op\nmfa_serial="
                + AwsAccount.DEVICE);
        Map<String, String> environment =
                Map.of("AWS_PROFILE", "admin", "AWS_ACCESS_KEY_ID", "", "AWS_SECRET_ACCESS_KEY", "");
        String line = diff("--mfa-token", aws.sts.code(AwsAccount.DEVICE));
        assertThat(end(start(environment, line.split(" ")))).as(out()).isZero();
    }
}
