package dev.lockstep.table;

import dev.lockstep.CancelledException;
import dev.lockstep.LockstepException;
import java.io.IOException;
import java.net.UnknownHostException;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.Crc32MismatchException;
import software.amazon.awssdk.core.exception.RetryableException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;

/** Turns the SDK's exceptions into ours: what failed, what the service said, whether trying again can help. */
public final class ServiceErrors {
    private static final int BAD_REQUEST = 400;
    private static final int TOO_MANY_REQUESTS = 429;

    private static final Set<String> THROTTLES = Set.of(
            "ProvisionedThroughputExceededException",
            "ThrottlingException",
            "RequestLimitExceeded",
            "RequestThrottled",
            "TooManyRequestsException",
            "ReplicatedWriteConflictException",
            "SlowDown");

    private static final Set<String> WRITES =
            Set.of("BatchWriteItem", "PutItem", "DeleteItem", "UpdateItem", "TransactWriteItems");
    /** What DynamoDB says of a write whose item is at fault. */
    private static final Set<String> ITEM_FAULTS =
            Set.of("ValidationException", "ItemCollectionSizeLimitExceededException");

    private static final Map<String, String> HINTS = Map.of(
            "AccessDeniedException", "Allow this action on this resource, or use other credentials",
            "ExpiredTokenException", "Renew the credentials and run the same command again",
            "UnrecognizedClientException", "Check the credentials",
            "InvalidSignatureException", "Check the secret key and this machine's clock",
            "ProvisionedThroughputExceededException",
                    "Give the table more capacity or lower --parallel, then run the same command again",
            "ThrottlingException", "Lower --parallel, then run the same command again");

    private ServiceErrors() {}

    /** Makes the call; what it throws comes out as a {@link LockstepException}. */
    public static <T> T translated(String operation, String subject, Supplier<T> call) {
        try {
            return withRenewed(call);
        } catch (ResourceNotFoundException e) {
            throw new UnknownTableException(operation, subject, e);
        } catch (AwsServiceException e) {
            throw ofService(operation, subject, e);
        } catch (SdkException e) {
            if (Thread.currentThread().isInterrupted()
                    || e instanceof AbortedException
                    || cause(e, InterruptedException.class) != null) {
                Thread.currentThread().interrupt();
                throw new CancelledException(operation, subject);
            }
            throw ofClient(operation, subject, e);
        }
    }

    /** Whether the service refused a call for lack of capacity; then it did not carry it out, and charged nothing. */
    static boolean throttled(LockstepException e) {
        if (!(e.getCause() instanceof AwsServiceException refused)) {
            return false;
        }
        AwsErrorDetails details = refused.awsErrorDetails();
        return refused.statusCode() == TOO_MANY_REQUESTS
                || refused.isThrottlingException()
                || (details != null && THROTTLES.contains(String.valueOf(details.errorCode())));
    }

    /**
     * A call that was refused because its session had ended, and nothing else of it, is made again, once. Who renewed the session says so by
     * a cause that is the SDK's own sign for "again".
     */
    private static <T> T withRenewed(Supplier<T> call) {
        try {
            return call.get();
        } catch (AwsServiceException e) {
            if (e.getCause() instanceof RetryableException) {
                return call.get();
            }
            throw e;
        }
    }

    private static LockstepException ofService(String operation, String subject, AwsServiceException e) {
        AwsErrorDetails details = e.awsErrorDetails();
        String code = details == null ? "" : Objects.requireNonNullElse(details.errorCode(), "");
        String said = details == null ? "" : Objects.requireNonNullElse(details.errorMessage(), "");
        boolean retryable = e.statusCode() >= 500
                || e.statusCode() == TOO_MANY_REQUESTS
                || e.isThrottlingException()
                || THROTTLES.contains(code)
                || cutShort(e, code);
        String problem =
                (code.isEmpty() ? "HTTP " + e.statusCode() : code) + (said.isEmpty() ? "" : ": " + oneLine(said));
        if (WRITES.contains(operation) && ITEM_FAULTS.contains(code)) {
            return new InvalidItemException(operation, subject, problem, "", e);
        }
        return new LockstepException(operation, subject, problem, HINTS.getOrDefault(code, ""), retryable, e);
    }

    /** DynamoDB names the error in the body of each 400; one without a name has lost its body. */
    private static boolean cutShort(AwsServiceException e, String code) {
        return e.statusCode() == BAD_REQUEST && code.isEmpty();
    }

    private static LockstepException ofClient(String operation, String subject, SdkException e) {
        UnknownHostException unknownHost = cause(e, UnknownHostException.class);
        if (unknownHost != null) {
            String problem = "no such host: " + oneLine(String.valueOf(unknownHost.getMessage()));
            return new LockstepException(operation, subject, problem, "Check the endpoint or Region", false, e);
        }
        IOException io = cause(e, IOException.class);
        boolean passing = io != null
                || e instanceof ApiCallAttemptTimeoutException
                || e instanceof ApiCallTimeoutException
                || e instanceof Crc32MismatchException
                || unreadable(e);
        String problem = io == null ? e.getMessage() : io.getClass().getSimpleName() + ": " + io.getMessage();
        String hint =
                io == null ? "" : "Check that the endpoint can be reached from here, then run the same command again";
        return new LockstepException(operation, subject, oneLine(String.valueOf(problem)), hint, passing, e);
    }

    /** An answer cut short is not JSON; asking again gets a whole one. */
    private static boolean unreadable(SdkException e) {
        return e instanceof SdkClientException && String.valueOf(e.getMessage()).startsWith("Unable to unmarshall");
    }

    private static <T extends Throwable> @Nullable T cause(Throwable e, Class<T> type) {
        for (Throwable t = e; t != null; t = t.getCause()) {
            if (type.isInstance(t)) {
                return type.cast(t);
            }
        }
        return null;
    }

    private static String oneLine(String text) {
        return text.replaceAll("\\p{Cntrl}+", " ").strip();
    }
}
