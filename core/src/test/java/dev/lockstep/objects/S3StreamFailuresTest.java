package dev.lockstep.objects;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lockstep.CancelledException;
import dev.lockstep.LockstepException;
import dev.lockstep.local.Fault;
import dev.lockstep.local.FaultProxy;
import dev.lockstep.local.FaultRule;
import dev.lockstep.objects.ObjectStore.Options;
import dev.lockstep.table.RetryPolicy;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.s3.S3Client;

/** How reading and writing in streams fail, and what is left then. */
@Timeout(60)
class S3StreamFailuresTest {
    private static final RetryPolicy THREE = new RetryPolicy(3, Duration.ZERO, Duration.ZERO);
    private static final int THREE_PARTS = 20_000_000;

    private final FaultProxy proxy = TestS3.proxy();
    private final S3Client client = TestS3.client(proxy.endpoint());
    private final String bucket = TestS3.createBucket();
    private final S3Objects once = new S3Objects(client, bucket);
    private final S3Objects straight = new S3Objects(TestS3.client(), bucket);
    private final List<String> pauses = new ArrayList<>();
    private final ObjectStore objects =
            RetryingObjects.over(once, THREE, (subject, operation, why, pause) -> pauses.add(operation));
    private final List<String> calls = new CopyOnWriteArrayList<>();

    S3StreamFailuresTest() {
        proxy.before("*", call -> calls.add(call.api()));
    }

    @AfterEach
    void close() {
        client.close();
        proxy.close();
    }

    private static byte[] random(int size) {
        byte[] content = new byte[size];
        new Random(size).nextBytes(content);
        return content;
    }

    private void put(String text) {
        straight.put("key", text.getBytes(UTF_8), Options.REPLACE);
    }

    private static LockstepException failure(ThrowingCall call) {
        LockstepException failure = catchThrowableOfType(LockstepException.class, call::run);
        assertThat(failure).isNotNull();
        assertThat(failure.getMessage()).doesNotContain("\n");
        return failure;
    }

    private interface ThrowingCall {
        void run() throws Exception;
    }

    private int uploads() {
        return TestS3.client()
                .listMultipartUploads(r -> r.bucket(bucket))
                .uploads()
                .size();
    }

    @Test
    void nothingIsSentBeforeThereIsAPartAndTheNextPartComes() {
        try (ObjectWriter writer = objects.create("key", Options.REPLACE)) {
            writer.write(new byte[8 << 20]);
            assertThat(calls).isEmpty();
            writer.write(1);
            assertThat(calls).containsExactly("CreateMultipartUpload", "UploadPart");
            writer.commit();
        }
        assertThat(calls)
                .containsExactly("CreateMultipartUpload", "UploadPart", "UploadPart", "CompleteMultipartUpload");
    }

    @Test
    void whatFitsOnePartIsOnePut() {
        try (ObjectWriter writer = objects.create("key", Options.REPLACE)) {
            writer.write(new byte[8 << 20]);
            writer.commit();
        }
        assertThat(calls).containsExactly("PutObject");
    }

    @Test
    void closingWithoutACommitLeavesNoParts() {
        try (ObjectWriter writer = objects.create("key", Options.REPLACE)) {
            writer.write(random(THREE_PARTS));
            assertThat(uploads()).isOne();
        }
        assertThat(uploads()).isZero();
        assertThat(straight.list("")).isEmpty();
    }

    @Test
    void anInterruptedWriterLeavesNoPartsEither() {
        try {
            assertThat(catchThrowableOfType(CancelledException.class, () -> {
                        try (ObjectWriter writer = objects.create("key", Options.REPLACE)) {
                            writer.write(random(9_000_000));
                            Thread.currentThread().interrupt();
                            writer.write(random(9_000_000));
                        }
                    }))
                    .isNotNull();
            assertThat(Thread.currentThread().isInterrupted()).isTrue();
        } finally {
            Thread.interrupted();
        }
        assertThat(uploads()).isZero();
    }

    @Test
    void whoMayNotReplaceAnObjectLeavesNoParts() {
        put("theirs");
        try (ObjectWriter writer = objects.create("key", Options.IF_ABSENT)) {
            writer.write(random(THREE_PARTS));
            assertThat(writer.commit()).isFalse();
        }
        assertThat(uploads()).isZero();
        assertThat(straight.get("key").orElseThrow().content()).isEqualTo("theirs".getBytes(UTF_8));
    }

    @Test
    void aWriterThatFailedStaysFailedAndTellsWhy() {
        proxy.on("UploadPart").skip(1).inject(Fault.error(403, "AccessDenied", "no"));
        try (ObjectWriter writer = objects.create("key", Options.REPLACE)) {
            LockstepException first = failure(() -> writer.write(random(THREE_PARTS)));
            assertThat(first.getMessage()).startsWith("UploadPart s3://" + bucket + "/key: AccessDenied: no");
            for (ThrowingCall call : List.<ThrowingCall>of(() -> writer.write(1), writer::commit)) {
                assertThat(failure(call)).isNotSameAs(first).hasMessageContaining("failed before: AccessDenied");
            }
        }
        assertThat(uploads()).isZero();
        assertThat(straight.list("")).isEmpty();
    }

    @Test
    void aPartWithoutAnAnswerIsSentAgain() throws IOException {
        byte[] content = random(THREE_PARTS);
        FaultRule reset = proxy.on("UploadPart").skip(1).times(2).inject(Fault.resetAfter());
        try (ObjectWriter writer = objects.create("key", Options.REPLACE)) {
            writer.write(content);
            assertThat(writer.commit()).isTrue();
        }
        assertThat(reset.injected()).isEqualTo(2);
        assertThat(pauses).containsExactly("UploadPart", "UploadPart");
        assertThat(Arrays.equals(read(straight), content)).isTrue();
    }

    private static byte[] read(ObjectStore objects) throws IOException {
        try (ObjectReader reader = objects.open("key", null).orElseThrow()) {
            return reader.readAllBytes();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aCommitWhoseAnswerIsLostIsFoundToBeDone(boolean ifAbsent) {
        for (Fault fault : List.of(Fault.resetAfter(), Fault.internalErrorAfter(), Fault.lostBody())) {
            for (int size : new int[] {3, THREE_PARTS}) {
                proxy.clear();
                String operation = size == 3 ? "PutObject" : "CompleteMultipartUpload";
                FaultRule rule = proxy.on(operation).times(1).inject(fault);
                String key = fault + "-" + size;
                Options options = ifAbsent ? Options.IF_ABSENT : Options.REPLACE;
                try (ObjectWriter writer = objects.create(key, options)) {
                    writer.write(random(size));
                    assertThat(writer.commit()).as(key).isTrue();
                    assertThat(straight.open(key, writer.etag())).as(key).isPresent();
                }
                assertThat(rule.injected()).isOne();
            }
        }
        assertThat(uploads()).isZero();
    }

    @Test
    void aCommitWhoseAnswerIsLostAndWhoseObjectIsGoneIsNotTakenForDone() {
        proxy.on("CompleteMultipartUpload").times(1).inject(Fault.resetAfter());
        proxy.after("CompleteMultipartUpload", call -> straight.delete("key"));
        try (ObjectWriter writer = objects.create("key", Options.REPLACE)) {
            writer.write(random(THREE_PARTS));
            LockstepException failure = failure(writer::commit);
            assertThat(failure.getMessage()).startsWith("CompleteMultipartUpload s3://" + bucket + "/key: the answer");
            assertThat(failure.hint()).contains("look at it");
        }
    }

    @Test
    void anUploadThatSomebodyAbortedIsNotTakenForDone() {
        try (ObjectWriter writer = objects.create("key", Options.REPLACE)) {
            writer.write(random(THREE_PARTS));
            TestS3.client()
                    .listMultipartUploads(r -> r.bucket(bucket))
                    .uploads()
                    .forEach(u -> TestS3.client()
                            .abortMultipartUpload(
                                    r -> r.bucket(bucket).key("key").uploadId(u.uploadId())));
            assertThat(failure(writer::commit).problem()).startsWith("NoSuchUpload");
        }
        assertThat(straight.list("")).isEmpty();
    }

    @Test
    void aReadThatBreaksGoesOnWhereItBroke() throws IOException {
        byte[] content = random(3_000_000);
        straight.put("key", content, Options.REPLACE);
        for (Fault fault : List.of(Fault.truncatedBody(), Fault.truncatedBody(0), Fault.truncatedBody(1_000_000))) {
            proxy.clear();
            calls.clear();
            FaultRule rule = proxy.on("GetObject").times(2).inject(fault);
            assertThat(Arrays.equals(read(objects), content)).as("%s", fault).isTrue();
            assertThat(rule.injected()).isEqualTo(2);
            assertThat(calls).containsExactly("GetObject", "GetObject", "GetObject");
        }
    }

    @Test
    void aReadIsBrokenWhereNobodyTriesAgain() {
        straight.put("key", random(3_000_000), Options.REPLACE);
        proxy.on("GetObject").inject(Fault.truncatedBody());
        LockstepException failure = failure(() -> read(once));
        assertThat(failure.getMessage()).startsWith("GetObject s3://" + bucket + "/key: ");
        assertThat(failure.retryable()).isTrue();
        assertThat(failure(() -> read(objects)).retryable()).isTrue();
    }

    @Test
    void anObjectThatIsReplacedWhileItIsReadIsNoticed() {
        straight.put("key", random(3_000_000), Options.REPLACE);
        proxy.on("GetObject").times(1).inject(Fault.truncatedBody());
        proxy.after("GetObject", call -> straight.put("key", random(3_000_001), Options.REPLACE));
        LockstepException failure = failure(() -> read(objects));
        assertThat(failure.problem()).contains("is not the one with the ETag");
        assertThat(failure.retryable()).isFalse();
    }

    @Test
    void anObjectThatIsDeletedWhileItIsReadIsNoticed() {
        straight.put("key", random(3_000_000), Options.REPLACE);
        proxy.on("GetObject").times(1).inject(Fault.truncatedBody());
        proxy.after("GetObject", call -> straight.delete("key"));
        assertThat(failure(() -> read(objects)).problem()).contains("was deleted while it was read");
    }

    @Test
    void flippedBitsAreFoundBeforeTheLastBytesAreHandedOut() throws IOException {
        byte[] content = random(3_000_000);
        straight.put("key", content, Options.REPLACE);
        proxy.on("GetObject").inject(Fault.corruptBody());
        try (ObjectReader reader = objects.open("key", null).orElseThrow()) {
            LockstepException failure = failure(() -> reader.readNBytes(content.length));
            assertThat(failure.problem()).contains("checksum");
            assertThat(failure.retryable()).isFalse();
        }
    }

    @Test
    void flippedBitsAreFoundAfterAResumedReadToo() {
        byte[] content = random(3_000_000);
        straight.put("key", content, Options.REPLACE);
        proxy.on("GetObject").times(1).inject(Fault.truncatedBody());
        proxy.on("GetObject").times(1).inject(Fault.corruptBody());
        assertThat(failure(() -> read(objects)).problem()).contains("checksum");
    }

    @Test
    void closingEarlyDoesNotReadTheRest() {
        straight.put("key", random(3_000_000), Options.REPLACE);
        proxy.on("GetObject").inject(Fault.slowDrip(Duration.ofHours(1)));
        try (ObjectReader reader = objects.open("key", null).orElseThrow()) {
            assertThat(reader.size()).isEqualTo(3_000_000);
        }
    }

    @Test
    void versionsWithoutTheirBodyAreNeverTakenForNone() {
        put("text");
        for (Fault fault :
                List.of(Fault.truncatedBody(), Fault.truncatedBody(0), Fault.truncatedBody(250), Fault.lostBody())) {
            proxy.clear();
            proxy.on("ListObjectVersions").inject(fault);
            LockstepException failure = failure(() -> once.versions("key", null));
            assertThat(failure.retryable()).as("%s", fault).isTrue();
        }
    }

    @Test
    void aLostAnswerIsNotTakenForABucketWithoutVersions() {
        proxy.on("GetBucketVersioning").times(1).inject(Fault.lostBody());
        assertThat(objects.keepsVersions()).isTrue();
    }

    @Test
    void aBucketThatNeverKeptVersionsSaysSo() {
        String plain = bucket + "-plain";
        TestS3.client().createBucket(r -> r.bucket(plain));
        assertThat(new S3Objects(TestS3.client(), plain).keepsVersions()).isFalse();
    }
}
