package dev.lockstep.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpServer;
import dev.lockstep.InvalidSettingsException;
import dev.lockstep.LockstepException;
import dev.lockstep.local.Fault;
import dev.lockstep.local.FaultProxy;
import dev.lockstep.progress.Progress;
import dev.lockstep.replicate.Copy;
import dev.lockstep.replicate.CopySettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;

/** Answers that a load balancer, a proxy or a torn line makes up, and input that is not what it seems. */
class BrokenAnswersTest {
    private static final KeySchema BY_ID =
            new KeySchema(new KeyAttribute("id", ScalarAttributeType.S), Optional.empty());

    @ParameterizedTest
    @CsvSource({"502,true", "503,true", "429,true", "400,true", "403,false", "404,false"})
    void an_error_without_a_name_is_a_plain_failure(int status, boolean retryable) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            byte[] page = "<html>something went wrong</html>".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, page.length);
            exchange.getResponseBody().write(page);
            exchange.close();
        });
        server.start();
        URI endpoint = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
        try (DynamoDbClient client = TestDynamo.client(endpoint)) {
            LockstepException e = catchThrowableOfType(
                    LockstepException.class,
                    () -> ServiceErrors.translated("Scan", "orders", () -> client.scan(r -> r.tableName("orders"))));
            assertThat(e.retryable()).isEqualTo(retryable);
            assertThat(e.getMessage()).startsWith("Scan orders: ").doesNotContain("\n");
        } finally {
            server.stop(0);
        }
    }

    @Test
    void a_description_without_its_body_is_asked_for_again() {
        String name = TestDynamo.shared().createTable("described", BY_ID);
        try (FaultProxy proxy = TestDynamo.shared().proxy();
                DynamoDbClient client = TestDynamo.client(proxy.endpoint())) {
            proxy.on("DescribeTable").times(1).inject(Fault.lostBody());
            assertThat(DynamoTable.open(client, name).keys()).isEqualTo(BY_ID);
            assertThat(proxy.stats().requests("DescribeTable")).isEqualTo(2);
        }
    }

    @Test
    void a_lone_surrogate_in_a_key_never_reaches_the_item_with_a_question_mark() {
        DynamoTable table = TestDynamo.shared().table("surrogates", BY_ID);
        Key mark = BY_ID.keyOf(Map.of("id", AttributeValue.fromS("?")));
        Key lone = BY_ID.keyOf(Map.of("id", AttributeValue.fromS("\ud800")));
        table.write(List.of(new Write.Put(mark, Item.of(mark.attributes()))));
        assertThatThrownBy(() -> table.write(List.of(new Write.Delete(lone)))).hasMessageContaining("surrogate");
        assertThatThrownBy(() -> table.writeIf(new Write.Delete(lone), new Condition(Map.of(), Set.of("x"))))
                .hasMessageContaining("surrogate");
        assertThatThrownBy(() -> table.read(List.of(lone), Table.Consistency.STRONG))
                .hasMessageContaining("surrogate");
        assertThat(table.read(List.of(mark), Table.Consistency.STRONG).items()).hasSize(1);
    }

    @Test
    void an_empty_first_page_does_not_make_a_table_empty() {
        MemoryTable primary = new MemoryTable("primary", BY_ID);
        DynamoTable used = TestDynamo.shared().table("used", BY_ID);
        for (String id : List.of("a", "b", "c")) {
            Item item = Item.of(Map.of("id", AttributeValue.fromS(id)));
            primary.put(item);
            used.write(List.of(Write.making(BY_ID.keyOf(item.attributes()), item)));
        }
        try (FaultProxy proxy = TestDynamo.shared().proxy();
                DynamoDbClient client = TestDynamo.client(proxy.endpoint())) {
            proxy.on("Scan").times(1).inject(Fault.edit(answer -> {
                answer.putArray("Items");
                return answer.put("Count", 0);
            }));
            DynamoTable through = DynamoTable.open(client, used.name());
            assertThatThrownBy(() -> new Copy(primary, List.of(through), CopySettings.DEFAULT, Progress.NONE).run())
                    .isInstanceOf(InvalidSettingsException.class)
                    .hasMessageContaining("holds items");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"L\":\"x\"}",
                "{\"SS\":\"x\"}",
                "{\"SS\":{\"k\":\"x\"}}",
                "{\"L\":{\"k\":{\"S\":\"x\"}}}",
                "{\"NULL\":false}",
                "{\"NULL\":\"x\"}",
                "{\"S\":null}",
                "{\"SS\":[null]}",
                "{\"SS\":[]}",
                "{\"SS\":[\"x\",\"x\"]}",
                "{\"N\":null}",
                "{\"B\":null}",
                "{\"B\":\"***\"}",
                "{\"N\":\"1e99999999999\"}",
                "{\"BOOL\":\"true\"}",
                "{}"
            })
    void values_that_are_not_what_their_type_says_are_refused(String value) {
        assertThatThrownBy(() -> ItemJson.read(ItemJson.parse("{\"a\\n\":" + value + "}")))
                .isInstanceOf(MalformedItemException.class)
                .message()
                .contains("'a")
                .doesNotContain("\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://[:::]:8000/orders",
                "[1]:8000/orders",
                "http://my_host:8000/orders",
                "http://-/orders",
                "http://.../orders",
                "my_host:99999/orders",
                "localhost:0/orders"
            })
    void references_to_hosts_that_cannot_be_are_refused(String text) {
        assertThatThrownBy(() -> TableRef.parse(text)).isInstanceOf(InvalidSettingsException.class);
    }

    @Test
    void regions_of_every_partition_are_references() {
        assertThat(TableRef.parse("eusc-de-east-1/orders").region()).contains("eusc-de-east-1");
        assertThat(TableRef.parse("us-gov-west-1:orders").region()).contains("us-gov-west-1");
    }

    @Test
    void a_number_that_is_too_large_for_any_number_is_not_a_key() {
        KeySchema byNumber = new KeySchema(new KeyAttribute("id", ScalarAttributeType.N), Optional.empty());
        assertThatThrownBy(() -> ItemJson.readKey("{\"id\":10E2147483647}", byNumber))
                .isInstanceOf(InvalidSettingsException.class);
        assertThat(ItemJson.readKey("{\"id\":12345678901234567890123456789012345678}", byNumber)
                        .attributes())
                .containsEntry("id", AttributeValue.fromN("12345678901234567890123456789012345678"));
    }

    @ParameterizedTest
    @CsvSource({"0,1", "1,2", "12,2", "123,3", "220,3", "1.234,4", "-220,4", "0.1,2", "1E125,2"})
    void numbers_take_a_byte_for_two_digits_counted_from_the_point(String number, long bytes) {
        assertThat(Item.of(Map.of("n", AttributeValue.fromN(number))).size()).isEqualTo(1 + bytes);
    }
}
