package dev.lockstep.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;
import software.amazon.awssdk.services.dynamodb.model.InternalServerErrorException;
import software.amazon.awssdk.services.dynamodb.model.ProvisionedThroughputExceededException;

/** Faults that answer with an error, as the SDK sees them. */
class ErrorFaultTest {
    private final Rig rig = new Rig();

    @AfterEach
    void close() {
        rig.close();
    }

    @Test
    void aThrottleRefusesTheCallBeforeItTakesEffect() {
        rig.proxy.on("PutItem").inject(Fault.throttle());

        assertThatThrownBy(() -> rig.put("a")).isInstanceOf(ProvisionedThroughputExceededException.class);
        assertThat(rig.stored("a")).isFalse();
        assertThat(rig.proxy.stats().throttled()).isEqualTo(1);
    }

    @Test
    void throttlingIsAThrottleOfTheOtherName() {
        rig.proxy.on("PutItem").inject(Fault.throttling());

        DynamoDbException seen = failure();

        assertThat(seen.awsErrorDetails().errorCode()).isEqualTo("ThrottlingException");
        assertThat(seen.isThrottlingException()).isTrue();
        assertThat(rig.stored("a")).isFalse();
        assertThat(rig.proxy.stats().throttled()).isEqualTo(1);
    }

    @Test
    void anInternalErrorBeforeLeavesTheTableAlone() {
        rig.proxy.on("PutItem").inject(Fault.internalErrorBefore());

        assertThat(failure()).isInstanceOf(InternalServerErrorException.class);
        assertThat(rig.stored("a")).isFalse();
    }

    @Test
    void anInternalErrorAfterHidesAWriteThatTookEffect() {
        rig.proxy.on("PutItem").inject(Fault.internalErrorAfter());

        assertThat(failure()).isInstanceOf(InternalServerErrorException.class);
        assertThat(rig.stored("a")).isTrue();
    }

    @Test
    void unavailableIsA503BeforeTheEffect() {
        rig.proxy.on("PutItem").inject(Fault.unavailable());

        assertThat(failure().statusCode()).isEqualTo(503);
        assertThat(rig.stored("a")).isFalse();
    }

    @Test
    void accessDeniedNamesActionAndResource() {
        rig.proxy.on("PutItem").inject(Fault.accessDenied());

        DynamoDbException seen = failure();

        assertThat(seen.statusCode()).isEqualTo(400);
        assertThat(seen.awsErrorDetails().errorCode()).isEqualTo("AccessDeniedException");
        assertThat(seen.awsErrorDetails().errorMessage())
                .isEqualTo("User: arn:aws:iam::123456789012:user/tester is not authorized to perform: dynamodb:PutItem"
                        + " on resource: arn:aws:dynamodb:us-east-1:123456789012:table/" + rig.table);
        assertThat(rig.stored("a")).isFalse();
    }

    @Test
    void anyErrorCanBeMadeUp() {
        rig.proxy.on("PutItem").inject(Fault.error(413, "RequestTooLarge", "too much"));

        DynamoDbException seen = failure();

        assertThat(seen.statusCode()).isEqualTo(413);
        assertThat(seen.awsErrorDetails().errorCode()).isEqualTo("RequestTooLarge");
        assertThat(seen.awsErrorDetails().errorMessage()).isEqualTo("too much");
        assertThat(seen.requestId()).startsWith("LOCKSTEP");
    }

    private DynamoDbException failure() {
        DynamoDbException seen = catchThrowableOfType(DynamoDbException.class, () -> rig.put("a"));
        assertThat(seen).isNotNull();
        assertThat(seen.numAttempts()).isEqualTo(1);
        return seen;
    }
}
