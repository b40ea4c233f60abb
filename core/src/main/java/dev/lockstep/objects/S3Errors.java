package dev.lockstep.objects;

import dev.lockstep.LockstepException;
import dev.lockstep.table.ServiceErrors;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** S3's own errors as ours; all that is not special to S3 is left to {@link ServiceErrors}. */
final class S3Errors {
    private static final int SERVER_ERRORS = 500;
    private static final int NOT_IMPLEMENTED = 501;

    private static final Set<Integer> NAMED_IN_BODY = Set.of(400, 404, 405, 409);

    /** Not told by their status: they pass. */
    private static final Set<String> PASSING = Set.of(
            "SlowDown",
            "RequestTimeout",
            "OperationAborted",
            "ConditionalRequestConflict",
            "BadDigest",
            "IncompleteBody",
            "XAmzContentChecksumMismatch",
            "XAmzContentSHA256Mismatch");

    private static final Map<String, String> HINTS = Map.of(
            "AccessDenied",
                    "Allow this action on this resource, or use other credentials"
                            + " (without s3:ListBucket an absent object is denied too)",
            "NoSuchBucket", "Check the bucket's name, or create it",
            "InvalidAccessKeyId", "Check the credentials",
            "SignatureDoesNotMatch", "Check the secret key and this machine's clock",
            "RequestTimeTooSkewed", "Set this machine's clock",
            "ExpiredToken", "Renew the credentials and run the same command again",
            "PermanentRedirect", "The bucket is in another Region: name that one",
            "AuthorizationHeaderMalformed", "The bucket may be in another Region: name that one",
            "SlowDown", "Lower --parallel, then run the same command again");

    private S3Errors() {}

    /** Whether the same request may fare better, by what S3 calls the error; empty where the answer was cut. */
    static boolean passes(String code) {
        return code.isEmpty() || PASSING.contains(code);
    }

    /** Whether S3 says by this status that it can't now, whatever was asked. */
    static boolean isBusyOrIll(int status) {
        return status >= SERVER_ERRORS && status != NOT_IMPLEMENTED;
    }

    /** Makes the call; what it throws comes out as a {@link LockstepException}. */
    static <T> T translated(String operation, String subject, Supplier<T> call) {
        return ServiceErrors.translated(operation, subject, () -> {
            try {
                return call.get();
            } catch (S3Exception e) {
                throw ofService(operation, subject, e);
            } catch (SdkClientException e) {
                if (damaged(e)) {
                    throw new LockstepException(operation, subject, "the answer came damaged", "", true, e);
                }
                throw e;
            } catch (UncheckedIOException e) {
                // The SDK's client over the JDK's URL connections lets some out as they are.
                throw SdkClientException.create(e.getMessage(), e.getCause());
            }
        });
    }

    private static LockstepException ofService(String operation, String subject, S3Exception e) {
        AwsErrorDetails details = e.awsErrorDetails();
        String code = details == null ? "" : Objects.requireNonNullElse(details.errorCode(), "");
        String said = details == null ? "" : Objects.requireNonNullElse(details.errorMessage(), "");
        boolean retryable = isBusyOrIll(e.statusCode())
                || e.isThrottlingException()
                || PASSING.contains(code)
                || (code.isEmpty() && NAMED_IN_BODY.contains(e.statusCode()));
        String problem = (code.isEmpty() ? "HTTP " + e.statusCode() : code) + (said.isEmpty() ? "" : ": " + said);
        return new LockstepException(
                operation,
                subject,
                problem.replaceAll("\\p{Cntrl}+", " ").strip(),
                HINTS.getOrDefault(code, ""),
                retryable,
                e);
    }

    /** A body that does not have the checksum sent with it, or is cut-off XML; the SDK has no types for these. */
    private static boolean damaged(SdkClientException e) {
        String message = String.valueOf(e.getMessage());
        return message.startsWith("Data read has a different checksum") || message.contains("parse XML");
    }
}
