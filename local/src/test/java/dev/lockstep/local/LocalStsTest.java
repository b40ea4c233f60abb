package dev.lockstep.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.model.AssumeRoleRequest;
import software.amazon.awssdk.services.sts.model.Credentials;

/** The stand-in refuses what STS refuses; asked by the SDK's own client. */
class LocalStsTest {
    private static final String USER = "arn:aws:iam::111111111111:user/op";
    private static final String ROLE = "arn:aws:iam::111111111111:role/role";
    private static final String DEVICE = "arn:aws:iam::111111111111:mfa/op";
    private static final AwsCredentials KEYS = AwsBasicCredentials.create("AKIAOP", "secret");

    private final LocalSts sts =
            LocalSts.start().user(USER, "AKIAOP", "secret").device(DEVICE, USER).role(ROLE, USER);

    @AfterEach
    void stop() {
        sts.close();
    }

    private StsClient as(AwsCredentials credentials) {
        return StsClient.builder()
                .endpointOverride(sts.endpoint())
                .region(Region.EU_WEST_1)
                .credentialsProvider(StaticCredentialsProvider.create(credentials))
                .httpClientBuilder(UrlConnectionHttpClient.builder())
                .overrideConfiguration(o -> o.retryStrategy(AwsRetryStrategy.doNotRetry()))
                .build();
    }

    private Credentials assume(AwsCredentials as, AssumeRoleRequest.Builder request) {
        try (StsClient client = as(as)) {
            return client.assumeRole(request.roleSessionName("test").build()).credentials();
        }
    }

    private static AwsCredentials of(Credentials c) {
        return AwsSessionCredentials.create(c.accessKeyId(), c.secretAccessKey(), c.sessionToken());
    }

    private static AssumeRoleRequest.Builder role() {
        return AssumeRoleRequest.builder().roleArn(ROLE);
    }

    private void refused(String code, Runnable call) {
        assertThatThrownBy(call::run)
                .isInstanceOfSatisfying(
                        AwsServiceException.class,
                        e -> assertThat(e.awsErrorDetails().errorCode()).isEqualTo(code));
    }

    @Test
    void a_trusted_user_assumes_a_role_and_others_do_not() {
        Credentials session = assume(KEYS, role());
        assertThat(session.sessionToken()).isNotEmpty();
        refused("AccessDenied", () -> assume(of(session), role()));
        assertThat(sts.assumed(ROLE)).isEqualTo(1);
    }

    @Test
    void a_signature_with_another_secret_and_an_unknown_key_are_refused() {
        refused("SignatureDoesNotMatch", () -> assume(AwsBasicCredentials.create("AKIAOP", "Secret"), role()));
        refused("InvalidClientTokenId", () -> assume(AwsBasicCredentials.create("AKIANOBODY", "secret"), role()));
        Credentials c = assume(KEYS, role());
        refused(
                "InvalidClientTokenId",
                () -> assume(AwsSessionCredentials.create(c.accessKeyId(), c.secretAccessKey(), "other"), role()));
    }

    @Test
    void an_external_id_and_a_code_are_looked_at_and_a_code_is_good_for_one_use() {
        sts.role(new LocalSts.Role(ROLE, Set.of(USER), "agreed", true));
        String code = sts.code(DEVICE);
        refused(
                "AccessDenied",
                () -> assume(
                        KEYS, role().externalId("other").serialNumber(DEVICE).tokenCode(code)));
        refused("AccessDenied", () -> assume(KEYS, role().externalId("agreed")));
        assume(KEYS, role().externalId("agreed").serialNumber(DEVICE).tokenCode(code));
        refused(
                "AccessDenied",
                () -> assume(
                        KEYS, role().externalId("agreed").serialNumber(DEVICE).tokenCode(code)));
        assume(KEYS, role().externalId("agreed").serialNumber(DEVICE).tokenCode(sts.nextCode(DEVICE)));
    }

    @Test
    void only_a_user_gets_a_session_token() {
        try (StsClient user = as(KEYS)) {
            Credentials session = user.getSessionToken(
                            r -> r.serialNumber(DEVICE).tokenCode(sts.code(DEVICE)))
                    .credentials();
            try (StsClient again = as(of(session))) {
                refused("AccessDenied", again::getSessionToken);
            }
        }
    }

    @Test
    void a_gate_admits_one_role_with_what_it_signed_until_its_session_ends() {
        Gate gate = sts.gate(ROLE);
        try (LocalDynamo dynamo = LocalDynamo.start();
                FaultProxy proxy = FaultProxy.start(dynamo.endpoint()).gate(gate)) {
            tables(proxy, of(assume(KEYS, role())));
            refused("AccessDeniedException", () -> tables(proxy, KEYS));
            refused("InvalidSignatureException", () -> tables(proxy, AwsBasicCredentials.create("AKIAOP", "other")));
            AwsCredentials session = of(assume(KEYS, role()));
            sts.revokeSessions();
            refused("ExpiredTokenException", () -> tables(proxy, session));
            assertThat(gate.admitted()).hasSize(1);
            assertThat(gate.refused("ExpiredTokenException")).isEqualTo(1);
        }
    }

    private static void tables(FaultProxy proxy, AwsCredentials credentials) {
        try (DynamoDbClient client = DynamoDbClient.builder()
                .endpointOverride(proxy.endpoint())
                .region(Region.EU_WEST_1)
                .credentialsProvider(StaticCredentialsProvider.create(credentials))
                .httpClientBuilder(UrlConnectionHttpClient.builder())
                .overrideConfiguration(o -> o.retryStrategy(AwsRetryStrategy.doNotRetry()))
                .build()) {
            client.listTables();
        }
    }

    @Test
    void sessions_last_as_long_as_it_is_told() {
        sts.sessions(Duration.ofMillis(1));
        AwsCredentials session = of(assume(KEYS, role()));
        refused("ExpiredToken", () -> {
            try (StsClient client = as(session)) {
                client.getSessionToken();
            }
        });
    }
}
