package dev.lockstep.objects;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lockstep.LockstepException;
import dev.lockstep.local.Fault;
import dev.lockstep.local.FaultProxy;
import dev.lockstep.objects.ObjectStore.Options;
import dev.lockstep.table.RetryPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.s3.S3Client;

/** How each call fails, and which failures can be tried again. */
class S3FailuresTest {
    private static final String CANARY = "hunter2";
    private static final byte[] CONTENT = ("{\"id\":\"" + CANARY + "\"}").getBytes(UTF_8);
    private static final RetryPolicy TWICE = new RetryPolicy(2, Duration.ZERO, Duration.ZERO);

    private final FaultProxy proxy = TestS3.proxy();
    private final S3Client client = TestS3.client(proxy.endpoint());
    private final S3Objects objects = open(client, TestS3.createBucket());
    private final Map<String, ThrowingCallable> calls = Map.of(
            "PutObject", () -> objects.put("key", CONTENT, Options.REPLACE),
            "GetObject", () -> objects.get("key"),
            "DeleteObject", () -> objects.delete("key"),
            "ListObjectsV2", () -> objects.page("key", "", null));

    S3FailuresTest() {
        objects.put("key", CONTENT, Options.REPLACE);
    }

    S3Objects open(S3Client by, String bucket) {
        return new S3Objects(by, bucket);
    }

    @AfterEach
    void close() {
        client.close();
        proxy.close();
    }

    private LockstepException failure(String operation, Fault fault) {
        proxy.clear();
        proxy.on(operation).inject(fault);
        LockstepException failure = catchThrowableOfType(LockstepException.class, calls.get(operation));
        assertThat(failure)
                .as("%s with %s", operation, fault)
                .isNotNull()
                .message()
                .startsWith(operation + " " + objects.name() + "/key: ")
                .doesNotContain("\n", "\r", CANARY);
        return failure;
    }

    private List<LockstepException> failures(Fault fault) {
        return calls.keySet().stream().map(name -> failure(name, fault)).toList();
    }

    @Test
    void whatPassesCanBeTriedAgain() {
        for (Fault fault : List.of(
                Fault.slowDown(),
                Fault.unavailable(),
                Fault.internalErrorBefore(),
                Fault.internalErrorAfter(),
                Fault.resetBefore(),
                Fault.resetAfter(),
                Fault.error(400, "RequestTimeout", "idle"),
                Fault.error(409, "ConditionalRequestConflict", "at once"),
                Fault.error(400, "BadDigest", "flipped on the way"))) {
            assertThat(failures(fault)).as("%s", fault).allMatch(LockstepException::retryable);
        }
    }

    @Test
    void whatIsWrongStaysWrong() {
        for (Fault fault : List.of(
                Fault.error(403, "AccessDenied", "no"),
                Fault.error(404, "NoSuchBucket", "what?"),
                Fault.error(403, "InvalidAccessKeyId", "who?"),
                Fault.error(403, "SignatureDoesNotMatch", "forged"),
                Fault.error(400, "ExpiredToken", "old"),
                Fault.error(301, "PermanentRedirect", "elsewhere"),
                Fault.error(501, "NotImplemented", "never"))) {
            assertThat(failures(fault)).as("%s", fault).noneMatch(LockstepException::retryable);
        }
    }

    @Test
    void aFailureTellsWhatS3SaidAndWhatToDo() {
        LockstepException denied = failure("PutObject", Fault.error(403, "AccessDenied", "Access Denied"));
        assertThat(denied.problem()).isEqualTo("AccessDenied: Access Denied");
        assertThat(denied.hint()).contains("Allow this action");
        assertThat(failure("GetObject", Fault.error(404, "NoSuchBucket", "none"))
                        .hint())
                .contains("bucket's name");
        assertThat(failure("GetObject", Fault.slowDown()).hint()).contains("--parallel");
    }

    @Test
    void aBodyThatIsCutFlippedOrLostIsNeverTakenForTheObject() {
        for (Fault fault :
                List.of(Fault.truncatedBody(), Fault.truncatedBody(0), Fault.lostBody(), Fault.corruptBody())) {
            assertThat(failure("GetObject", fault).retryable()).as("%s", fault).isTrue();
        }
    }

    @Test
    void aListingThatIsCutOrLostIsNeverTakenForAnEmptyOne() {
        for (Fault fault :
                List.of(Fault.truncatedBody(), Fault.truncatedBody(0), Fault.truncatedBody(200), Fault.lostBody())) {
            assertThat(failure("ListObjectsV2", fault).retryable())
                    .as("%s", fault)
                    .isTrue();
        }
    }

    @Test
    void aBucketThatIsNotThereIsTold() {
        S3Objects nowhere = open(TestS3.client(), "no-such-bucket");
        for (ThrowingCallable call : List.<ThrowingCallable>of(
                () -> nowhere.get("key"),
                () -> nowhere.put("key", CONTENT, Options.REPLACE),
                () -> nowhere.page("", "", null))) {
            LockstepException failure = catchThrowableOfType(LockstepException.class, call);
            assertThat(failure.problem()).startsWith("NoSuchBucket");
            assertThat(failure.retryable()).isFalse();
        }
    }

    private RetryingObjects retrying(List<String> pauses) {
        return RetryingObjects.over(
                objects, TWICE, (subject, operation, why, pause) -> pauses.add(operation + " " + subject + " " + why));
    }

    @Test
    void aTryThatHelpsIsAllThatIsSeenAndEachPauseIsTold() {
        List<String> pauses = new ArrayList<>();
        proxy.on("GetObject").times(2).inject(Fault.slowDown());
        assertThat(retrying(pauses).get("key").orElseThrow().content()).isEqualTo(CONTENT);
        assertThat(pauses).hasSize(2).allMatch(p -> p.startsWith("GetObject " + objects.name() + "/key SlowDown"));
    }

    @Test
    void theLastFailureIsThrownAndCarriesTheOthers() {
        proxy.on("GetObject").inject(Fault.slowDown());
        LockstepException failure = catchThrowableOfType(
                LockstepException.class, () -> retrying(new ArrayList<>()).get("key"));
        assertThat(failure.retryable()).isTrue();
        assertThat(failure.getSuppressed()).hasSize(2);
    }

    @Test
    void whatCannotBeMendedIsNotTriedAgain() {
        List<String> pauses = new ArrayList<>();
        proxy.on("PutObject").inject(Fault.error(403, "AccessDenied", "no"));
        catchThrowableOfType(LockstepException.class, () -> retrying(pauses).put("key", CONTENT, Options.REPLACE));
        assertThat(pauses).isEmpty();
    }

    @Test
    void ownEarlierTryIsNotTakenForAnotherWriter() {
        for (Fault fault : List.of(Fault.internalErrorAfter(), Fault.resetAfter())) {
            proxy.clear();
            proxy.on("PutObject").times(1).inject(fault);
            assertThat(retrying(new ArrayList<>()).put("lock-" + fault, CONTENT, Options.IF_ABSENT))
                    .as("%s", fault)
                    .isTrue();
        }
    }

    @Test
    void anotherWriterIsNotTakenForOurOwnEarlierTry() {
        objects.put("lock", CONTENT, Options.IF_ABSENT);
        proxy.on("PutObject").times(1).inject(Fault.internalErrorBefore());
        assertThat(retrying(new ArrayList<>()).put("lock", CONTENT, Options.IF_ABSENT))
                .isFalse();
    }
}
