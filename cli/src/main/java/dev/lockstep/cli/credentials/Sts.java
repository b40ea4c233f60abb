package dev.lockstep.cli.credentials;

import dev.lockstep.CancelledException;
import dev.lockstep.InvalidSettingsException;
import dev.lockstep.LockstepException;
import dev.lockstep.cli.credentials.Session.Issued;
import dev.lockstep.table.Attempts;
import dev.lockstep.table.RetryPolicy;
import dev.lockstep.table.RetryingTable;
import dev.lockstep.table.ServiceErrors;
import dev.lockstep.table.TableRef;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.model.AssumeRoleRequest;
import software.amazon.awssdk.services.sts.model.Credentials;

/** The Security Token Service, asked by one user or role. Its endpoint is the SDK's: the Region's, or AWS_ENDPOINT_URL_STS. */
final class Sts implements AutoCloseable {
    /** A user's session lasts a day and a half: as long as one code can be made to serve. */
    static final Duration USER_SESSION = Duration.ofHours(36);

    private static final Duration ATTEMPT = Duration.ofSeconds(10);
    private static final RetryPolicy RETRY = new RetryPolicy(2, Duration.ofMillis(100), Duration.ofSeconds(1));
    private static final String HIDDEN = "***";

    private final StsClient client;

    Sts(AwsCredentialsProvider asker, Region region, boolean allowHttp) {
        this.client = StsClient.builder()
                .httpClientBuilder(
                        ApacheHttpClient.builder().connectionTimeout(ATTEMPT).socketTimeout(ATTEMPT))
                .credentialsProvider(asker)
                .region(region)
                .overrideConfiguration(o -> o.retryStrategy(AwsRetryStrategy.doNotRetry())
                        .apiCallAttemptTimeout(ATTEMPT)
                        .addExecutionInterceptor(new OnlyTls(allowHttp))
                        .addExecutionInterceptor(new Refusals(asker)))
                .build();
    }

    /** Secret keys come with the answer. */
    private record OnlyTls(boolean allowHttp) implements ExecutionInterceptor {
        @Override
        public void beforeTransmission(Context.BeforeTransmission context, ExecutionAttributes attributes) {
            var request = context.httpRequest();
            if ("http".equals(request.protocol()) && !TableRef.onThisMachine(request.getUri()) && !allowHttp) {
                throw new InvalidSettingsException(
                        "sign in",
                        "at " + request.host(),
                        "plain http to another machine would show the keys to the network",
                        "Use https://, or say --allow-http if the network is yours");
            }
        }
    }

    Issued assume(Role role, Optional<String> serial, Optional<String> code) {
        AssumeRoleRequest request = AssumeRoleRequest.builder()
                .roleArn(role.arn())
                .roleSessionName(role.session())
                .externalId(role.externalId().orElse(null))
                .durationSeconds(role.seconds().orElse(null))
                .serialNumber(serial.orElse(null))
                .tokenCode(code.orElse(null))
                .build();
        Duration asked = Duration.ofSeconds(role.seconds().orElse(Role.USUAL_SECONDS));
        return issued(
                "AssumeRole",
                role.arn(),
                "Check the role's trust policy, that sts:AssumeRole is allowed, and whether it asks for an external id"
                        + " (--external-id) or MFA (--mfa-serial)",
                asked,
                List.of(role.externalId().orElse(HIDDEN), code.orElse(HIDDEN)),
                () -> client.assumeRole(request).credentials());
    }

    Issued userSession(String serial, String code) {
        return issued(
                "GetSessionToken",
                "with MFA device " + serial,
                "Check the device's ARN and this machine's clock, and wait for the next code: each is good for one use",
                USER_SESSION,
                List.of(code),
                () -> client.getSessionToken(r ->
                                r.serialNumber(serial).tokenCode(code).durationSeconds((int) USER_SESSION.toSeconds()))
                        .credentials());
    }

    private static Issued issued(
            String operation,
            String subject,
            String hint,
            Duration asked,
            List<String> hidden,
            Supplier<Credentials> call) {
        Attempts attempts = new Attempts(operation, subject, RETRY, RetryingTable.Listener.NONE);
        try {
            return attempts.until(
                    () -> issued(operation, subject, asked, ServiceErrors.translated(operation, subject, call)));
        } catch (InvalidSettingsException e) {
            throw e;
        } catch (LockstepException e) {
            throw told(e, hint, hidden);
        }
    }

    /** The time that was asked for counts, by our own clock's ticks; the clocks' times need not agree, unless it was given less. */
    private static Issued issued(String operation, String subject, Duration asked, Credentials answer) {
        if (answer == null || answer.accessKeyId() == null || answer.sessionToken() == null) {
            throw new LockstepException(operation, subject, "the answer came without its body", "", true, null);
        }
        Duration left = Duration.between(Instant.now(), answer.expiration());
        AwsSessionCredentials credentials =
                AwsSessionCredentials.create(answer.accessKeyId(), answer.secretAccessKey(), answer.sessionToken());
        boolean less = !left.isNegative() && !left.isZero() && left.compareTo(asked) < 0;
        return new Issued(credentials, less ? left : asked);
    }

    /** Without a cause: STS repeats what it was sent where it does not like its form. */
    private static LockstepException told(LockstepException e, String hint, List<String> hidden) {
        String problem = e.problem();
        for (String secret : hidden) {
            problem = problem.replace(secret, HIDDEN);
        }
        String more = problem.startsWith("AccessDenied") ? hint : e.hint();
        return e instanceof CancelledException
                ? e
                : new LockstepException(e.operation(), e.subject(), problem, more, e.retryable(), null);
    }

    @Override
    public void close() {
        client.close();
    }
}
