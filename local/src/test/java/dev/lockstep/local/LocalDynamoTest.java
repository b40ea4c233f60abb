package dev.lockstep.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;

class LocalDynamoTest {

    @Test
    void twoServersInOneProcessHaveTablesOfTheirOwn() {
        try (LocalDynamo one = LocalDynamo.start();
                LocalDynamo two = LocalDynamo.start()) {
            create(one, "only-in-one");

            assertThat(one.client().listTables().tableNames()).containsExactly("only-in-one");
            assertThat(two.client().listTables().tableNames()).isEmpty();
        }
    }

    @Test
    void closingTwiceIsHarmlessAndFreesThePort() {
        LocalDynamo first = LocalDynamo.start();
        first.client().listTables();
        first.close();
        first.close();

        try (LocalDynamo again = LocalDynamo.start(first.port())) {
            assertThat(again.endpoint()).isEqualTo(first.endpoint());
            assertThat(again.client().listTables().tableNames()).isEmpty();
        }
    }

    @Test
    void aTakenPortIsNamedInTheError() {
        try (LocalDynamo first = LocalDynamo.start()) {
            assertThatThrownBy(() -> LocalDynamo.start(first.port()))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("port " + first.port());
        }
    }

    @Test
    void nobodyOutsideThisMachineCanConnect() throws IOException {
        try (LocalDynamo local = LocalDynamo.start()) {
            assertThat(local.endpoint().getHost()).isEqualTo("127.0.0.1");
            for (InetAddress address : otherAddresses()) {
                assertThatThrownBy(() -> connect(address, local.port()))
                        .as(address.toString())
                        .isInstanceOf(IOException.class);
            }
        }
    }

    @Test
    void nothingIsPrintedByAProcessThatUsesIt(@TempDir Path folder) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Session.class.getName())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("output").toFile())
                .start();

        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(folder.resolve("output")).hasContent("");
        assertThat(process.exitValue()).isZero();
    }

    /** Start, a table, a proxied call, close: what a user of this module does. */
    static final class Session {
        private Session() {}

        public static void main(String[] args) {
            try (LocalDynamo local = LocalDynamo.start();
                    FaultProxy proxy = FaultProxy.start(local.endpoint());
                    var client = Rig.client(proxy.endpoint(), Rig.READ_TIMEOUT)) {
                create(local, "quiet");
                client.putItem(p -> p.tableName("quiet").item(Rig.item("a", 1)));
            }
        }
    }

    private static void create(LocalDynamo local, String table) {
        local.client()
                .createTable(c -> c.tableName(table)
                        .provisionedThroughput(t -> t.readCapacityUnits(1L).writeCapacityUnits(1L))
                        .attributeDefinitions(AttributeDefinition.builder()
                                .attributeName("pk")
                                .attributeType(ScalarAttributeType.S)
                                .build())
                        .keySchema(KeySchemaElement.builder()
                                .attributeName("pk")
                                .keyType(KeyType.HASH)
                                .build()));
    }

    private static List<InetAddress> otherAddresses() throws IOException {
        return NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(address -> !address.getHostAddress().equals("127.0.0.1"))
                .toList();
    }

    private static void connect(InetAddress address, int port) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address, port), 1000);
        }
    }
}
