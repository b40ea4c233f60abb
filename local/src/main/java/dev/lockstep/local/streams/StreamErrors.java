package dev.lockstep.local.streams;

import java.util.UUID;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;
import software.amazon.awssdk.services.dynamodb.model.ExpiredIteratorException;
import software.amazon.awssdk.services.dynamodb.model.InternalServerErrorException;
import software.amazon.awssdk.services.dynamodb.model.LimitExceededException;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.awssdk.services.dynamodb.model.TrimmedDataAccessException;

/**
 * The errors of DynamoDB Streams as the SDK throws them: with error code, HTTP status and request id.
 *
 * <p>The SDK's streams client has classes for five of them only. Throttling and validation come as the plain
 * {@link DynamoDbException} with nothing but the code to tell them, which is what callers must look at.
 */
public final class StreamErrors {
    private static final int CLIENT = 400;
    private static final int SERVER = 500;

    private StreamErrors() {}

    public static ExpiredIteratorException expiredIterator() {
        return (ExpiredIteratorException) error(
                ExpiredIteratorException.builder(),
                "ExpiredIteratorException",
                CLIENT,
                "Iterator expired. The iterator was created more than 15 minutes ago.");
    }

    public static TrimmedDataAccessException trimmed() {
        return (TrimmedDataAccessException) error(
                TrimmedDataAccessException.builder(),
                "TrimmedDataAccessException",
                CLIENT,
                "The operation attempted to read past the oldest stream record in a shard.");
    }

    public static ResourceNotFoundException notFound(String what) {
        return (ResourceNotFoundException) error(
                ResourceNotFoundException.builder(),
                "ResourceNotFoundException",
                CLIENT,
                "Requested resource not found: " + what);
    }

    /** What the API reference names for too many GetRecords. */
    public static LimitExceededException limitExceeded() {
        return (LimitExceededException)
                error(LimitExceededException.builder(), "LimitExceededException", CLIENT, "Rate exceeded");
    }

    /** The general throttling of AWS: no class of its own. */
    public static DynamoDbException throttling() {
        return (DynamoDbException) error(DynamoDbException.builder(), "ThrottlingException", CLIENT, "Rate exceeded");
    }

    public static InternalServerErrorException internal() {
        return (InternalServerErrorException) error(
                InternalServerErrorException.builder(),
                "InternalServerError",
                SERVER,
                "An error occurred on the server side.");
    }

    public static DynamoDbException accessDenied() {
        return (DynamoDbException)
                error(DynamoDbException.builder(), "AccessDeniedException", CLIENT, "User is not authorized");
    }

    public static DynamoDbException invalid(String why) {
        return (DynamoDbException) error(DynamoDbException.builder(), "ValidationException", CLIENT, why);
    }

    private static AwsServiceException error(
            AwsServiceException.Builder builder, String code, int status, String message) {
        return builder.message(message)
                .statusCode(status)
                .requestId(UUID.randomUUID().toString())
                .awsErrorDetails(AwsErrorDetails.builder()
                        .serviceName("DynamoDbStreams")
                        .errorCode(code)
                        .errorMessage(message)
                        .build())
                .build();
    }
}
