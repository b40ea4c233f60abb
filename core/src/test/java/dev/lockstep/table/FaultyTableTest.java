package dev.lockstep.table;

import dev.lockstep.local.Fault;
import dev.lockstep.local.FaultProxy;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/** Behind a bad network and a busy service, with every third call or so broken, the contract still holds. */
class FaultyTableTest extends TableContract {
    private static final RetryPolicy PATIENT = new RetryPolicy(20, Duration.ofMillis(1), Duration.ofMillis(4));
    private static final double SHARE = 0.05;

    private final FaultProxy proxy = TestDynamo.shared().proxy();
    private final DynamoDbClient client = TestDynamo.client(proxy.endpoint());

    @Override
    Table open(KeySchema schema) {
        DynamoTable table = DynamoTable.open(client, TestDynamo.shared().createTable("faulty", schema));
        long seed = 1;
        for (Fault fault : List.of(
                Fault.throttle(),
                Fault.throttling(),
                Fault.internalErrorBefore(),
                Fault.internalErrorAfter(),
                Fault.unavailable(),
                Fault.resetBefore(),
                Fault.resetAfter(),
                Fault.truncatedBody(),
                Fault.wrongCrc())) {
            proxy.on("*").probability(SHARE, seed++).inject(fault);
        }
        proxy.on("*").probability(0.3, seed).inject(Fault.unprocessed(0.5));
        return RetryingTable.over(table, PATIENT, RetryingTable.Listener.NONE);
    }

    @Override
    boolean callsRepeat() {
        return true;
    }

    @AfterEach
    void close() {
        client.close();
        proxy.close();
    }
}
