package dev.lockstep.cli.credentials;

import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.RetryableException;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.SdkHttpRequest;

/**
 * What a service says of the credentials of a call, on every client. That a session has ended renews it, and a cause that is the SDK's
 * RetryableException tells that the call may be made again; and of what services repeat of a request that they don't understand, the
 * session token is taken out.
 *
 * <p>Thread-safe.
 */
public final class Refusals implements ExecutionInterceptor {
    private static final Set<String> ENDED = Set.of("ExpiredTokenException", "ExpiredToken");
    private static final Pattern KEY = Pattern.compile("Credential=([^/,]+)/");
    private static final String TOKEN = "x-amz-security-token";
    private static final String HIDDEN = "***";

    private final AwsCredentialsProvider provider;

    public Refusals(AwsCredentialsProvider provider) {
        this.provider = provider;
    }

    @Override
    public Throwable modifyException(Context.FailedExecution context, ExecutionAttributes attributes) {
        if (!(context.exception() instanceof AwsServiceException refusal) || refusal.awsErrorDetails() == null) {
            return context.exception();
        }
        Optional<SdkHttpRequest> request = context.httpRequest();
        AwsServiceException said = withoutToken(refusal, request);
        Optional<String> key = request.flatMap(Refusals::accessKey);
        if (key.isPresent()
                && ENDED.contains(String.valueOf(said.awsErrorDetails().errorCode()))
                && renewed(key.get())) {
            return said.toBuilder()
                    .cause(RetryableException.create("the session was renewed"))
                    .build();
        }
        return said;
    }

    /** Whether the next call has other credentials than those with this key. */
    private boolean renewed(String refused) {
        if (provider instanceof Session session) {
            session.refused(refused);
        }
        return !provider.resolveCredentials().accessKeyId().equals(refused);
    }

    private static Optional<String> accessKey(SdkHttpRequest request) {
        return request.firstMatchingHeader("Authorization")
                .map(KEY::matcher)
                .filter(Matcher::find)
                .map(m -> m.group(1));
    }

    private static AwsServiceException withoutToken(AwsServiceException e, Optional<SdkHttpRequest> request) {
        Optional<String> token = request.flatMap(r -> r.firstMatchingHeader(TOKEN));
        AwsErrorDetails details = e.awsErrorDetails();
        String message = details.errorMessage();
        if (token.isEmpty() || message == null || !message.contains(token.get())) {
            return e;
        }
        AwsErrorDetails hidden = details.toBuilder()
                .errorMessage(message.replace(token.get(), HIDDEN))
                .build();
        return (AwsServiceException)
                e.toBuilder().awsErrorDetails(hidden).message(null).build();
    }
}
