package dev.lockstep.table;

import static dev.lockstep.table.TestItems.BY_STRING;
import static dev.lockstep.table.TestItems.item;
import static dev.lockstep.table.TestItems.key;
import static dev.lockstep.table.TestItems.put;
import static dev.lockstep.table.TestItems.s;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lockstep.CancelledException;
import dev.lockstep.LockstepException;
import dev.lockstep.local.Fault;
import dev.lockstep.local.FaultProxy;
import dev.lockstep.table.Table.Consistency;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

class ServiceErrorsTest {
    private static final String CANARY = "hunter2";
    private static final Write WRITE = put(item("k", "v", s(CANARY)));

    private final FaultProxy proxy = TestDynamo.shared().proxy();
    private final DynamoDbClient client = TestDynamo.client(proxy.endpoint());
    private final String name = TestDynamo.shared().createTable("errors", BY_STRING);
    private final DynamoTable table = DynamoTable.open(client, name);
    private final Map<String, ThrowingCallable> calls = Map.of(
            "Scan", () -> table.scan(new Segment(0, 1), null, 0, Consistency.STRONG),
            "BatchGetItem", () -> table.read(List.of(key("k")), Consistency.STRONG),
            "BatchWriteItem", () -> table.write(List.of(WRITE)),
            "PutItem", () -> table.writeIf(WRITE, Condition.attributeIs("v", s(CANARY))));

    ServiceErrorsTest() {
        table.write(List.of(WRITE));
    }

    @AfterEach
    void close() {
        client.close();
        proxy.close();
    }

    /** The failure of each of the calls where all are broken in this way. */
    private List<LockstepException> failures(Fault fault) {
        return calls.entrySet().stream()
                .map(call -> {
                    proxy.clear();
                    proxy.on(call.getKey()).inject(fault);
                    Throwable failure = catchThrowable(call.getValue());
                    assertThat(failure)
                            .as("%s with %s", call.getKey(), fault)
                            .isInstanceOf(LockstepException.class)
                            .message()
                            .startsWith(call.getKey() + " " + name)
                            .doesNotContain("\n", "\r", CANARY);
                    return (LockstepException) failure;
                })
                .toList();
    }

    @Test
    void whatPassesCanBeTriedAgain() {
        for (Fault fault : List.of(
                Fault.throttle(),
                Fault.throttling(),
                Fault.error(400, "RequestLimitExceeded", "slow down"),
                Fault.internalErrorBefore(),
                Fault.internalErrorAfter(),
                Fault.unavailable(),
                Fault.error(504, "GatewayTimeout", "late"),
                Fault.resetBefore(),
                Fault.resetAfter(),
                Fault.truncatedBody(),
                Fault.truncatedBody(0),
                Fault.wrongCrc(),
                Fault.corruptBody())) {
            assertThat(failures(fault)).as("%s", fault).allMatch(LockstepException::retryable);
        }
    }

    @Test
    void whatIsWrongStaysWrong() {
        for (Fault fault : List.of(
                Fault.accessDenied(),
                Fault.error(400, "ValidationException", "no good"),
                Fault.error(400, "UnrecognizedClientException", "who?"),
                Fault.error(400, "com.amazon.coral.service#InvalidSignatureException", "forged"),
                Fault.error(400, "com.amazon.coral.service#ExpiredTokenException", "old"))) {
            assertThat(failures(fault)).as("%s", fault).noneMatch(LockstepException::retryable);
        }
    }

    @Test
    void aFailureTellsWhatTheServiceSaidAndWhatToDo() {
        assertThat(failures(Fault.accessDenied())).allSatisfy(e -> {
            assertThat(e.problem()).contains("AccessDeniedException").contains(":table/" + name);
            assertThat(e.problem()).contains("dynamodb:" + e.operation());
            assertThat(e.hint()).isEqualTo("Allow this action on this resource, or use other credentials");
        });
        assertThat(failures(Fault.throttle()))
                .allSatisfy(e -> assertThat(e.hint()).contains("more capacity"));
        assertThat(failures(Fault.error(400, "ValidationException", "two\r\n\tlines")))
                .allSatisfy(e -> assertThat(e.problem()).isEqualTo("ValidationException: two lines"));
    }

    @Test
    void aTableThatIsGoneIsUnknown() {
        assertThat(failures(Fault.error(400, "ResourceNotFoundException", "gone")))
                .hasOnlyElementsOfType(UnknownTableException.class)
                .noneMatch(LockstepException::retryable);
    }

    @Test
    void aCallWithoutAnAnswerTimesOut() {
        try (DynamoDbClient hasty = TestDynamo.client(proxy.endpoint(), Duration.ofMillis(100))) {
            proxy.on("Scan").inject(Fault.hang());
            LockstepException e = catchThrowableOfType(
                    LockstepException.class,
                    () -> ServiceErrors.translated("Scan", name, () -> hasty.scan(r -> r.tableName(name))));
            assertThat(e.retryable()).isTrue();
            assertThat(e.problem()).contains("SocketTimeoutException");
        }
    }

    @Test
    void anEndpointThatIsNotThereMayComeBack() {
        URI gone = proxy.endpoint();
        proxy.close();
        try (DynamoDbClient lost = TestDynamo.client(gone)) {
            LockstepException e = catchThrowableOfType(
                    LockstepException.class,
                    () -> ServiceErrors.translated("Scan", name, () -> lost.scan(r -> r.tableName(name))));
            assertThat(e.retryable()).isTrue();
            assertThat(e.hint()).contains("endpoint");
        }
    }

    @Test
    void aHostThatDoesNotExistIsAMistake() {
        try (DynamoDbClient lost = TestDynamo.client(URI.create("http://no-such-host.invalid:8000"))) {
            LockstepException e = catchThrowableOfType(
                    LockstepException.class,
                    () -> ServiceErrors.translated("Scan", name, () -> lost.scan(r -> r.tableName(name))));
            assertThat(e.retryable()).isFalse();
            assertThat(e.problem()).isEqualTo("no such host: no-such-host.invalid");
        }
    }

    @Test
    void anInterruptedCallIsCancelled() {
        assertThatThrownBy(() -> ServiceErrors.translated("Scan", name, () -> {
                    throw AbortedException.create("interrupted");
                }))
                .isInstanceOf(CancelledException.class);
        assertThat(Thread.interrupted()).isTrue();
    }

    /** A 200 whose body got lost reads as "no items", "nothing found", "all written". */
    @Test
    void anAnswerWithoutItsBodyIsNoSuccess() {
        for (String api : List.of("Scan", "BatchGetItem", "BatchWriteItem")) {
            proxy.clear();
            proxy.on(api).inject(Fault.lostBody());
            LockstepException e = catchThrowableOfType(LockstepException.class, calls.get(api));
            assertThat(e.retryable()).as(api).isTrue();
            // Later JDKs notice it themselves.
            assertThat(e.getMessage())
                    .startsWith(api + " " + name + ": ")
                    .containsAnyOf("the answer came without its body", "Premature EOF");
        }
    }

    @Test
    void anAnswerWithoutItsBodyIsAskedForAgain() {
        for (String api : List.of("Scan", "BatchGetItem", "BatchWriteItem")) {
            proxy.on(api).times(2).inject(Fault.lostBody());
        }
        proxy.reset();
        Table patient = RetryingTable.over(
                table, new RetryPolicy(2, Duration.ZERO, Duration.ZERO), RetryingTable.Listener.NONE);
        assertThat(patient.scan(new Segment(0, 1), null, 0, Consistency.STRONG).items())
                .containsExactly(WRITE.after());
        assertThat(patient.read(List.of(key("k")), Consistency.STRONG).items()).containsOnlyKeys(key("k"));
        assertThat(patient.write(List.of(put(item("other"))))).isEmpty();
        assertThat(proxy.stats().requests()).isEqualTo(Map.of("Scan", 3L, "BatchGetItem", 3L, "BatchWriteItem", 3L));
    }
}
