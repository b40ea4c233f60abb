package dev.lockstep.table;

import dev.lockstep.local.FaultProxy;
import org.junit.jupiter.api.AfterEach;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/** The proxy itself changes nothing: what fails behind it with faults fails because of them. */
class ProxiedTableTest extends SingleCallContract {
    private final FaultProxy proxy = TestDynamo.shared().proxy();
    private final DynamoDbClient client = TestDynamo.client(proxy.endpoint());

    @Override
    Table open(KeySchema schema) {
        return DynamoTable.open(client, TestDynamo.shared().createTable("proxied", schema));
    }

    @AfterEach
    void close() {
        client.close();
        proxy.close();
    }
}
