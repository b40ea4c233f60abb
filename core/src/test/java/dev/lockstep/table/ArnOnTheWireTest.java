package dev.lockstep.table;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.lockstep.InvalidSettingsException;
import dev.lockstep.table.Table.Consistency;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A table of another account is asked for by its ARN in every call, and answers are understood that name it by its ARN or its name. */
class ArnOnTheWireTest {
    private static final String THEIRS = "arn:aws:dynamodb:eu-west-1:222222222222:table/orders";
    private static final String KEYS =
            "\"KeySchema\":[{\"AttributeName\":\"id\",\"KeyType\":\"HASH\"}],\"AttributeDefinitions\":[{\"AttributeName\":\"id\",\"AttributeType\":\"S\"}]";

    private final Map<String, JsonNode> asked = new ConcurrentHashMap<>();
    private volatile String answersNameIt = THEIRS;
    private HttpServer server;
    private DynamoDbClient client;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
        server.createContext("/", this::serve);
        server.start();
        client = DynamoDbClient.builder()
                .endpointOverride(
                        URI.create("http://127.0.0.1:" + server.getAddress().getPort()))
                .region(Region.EU_WEST_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("a", "b")))
                .httpClientBuilder(UrlConnectionHttpClient.builder())
                .build();
    }

    @AfterEach
    void stop() {
        client.close();
        server.stop(0);
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            String target = exchange.getRequestHeaders().getFirst("x-amz-target");
            String api = target.substring(target.indexOf('.') + 1);
            JsonNode body =
                    JsonMapper.shared().readTree(exchange.getRequestBody().readAllBytes());
            asked.put(api, body);
            byte[] answer = answer(api, body).getBytes(UTF_8);
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
        }
    }

    private String answer(String api, JsonNode body) {
        String item = "{\"id\":{\"S\":\"a\"}}";
        return switch (api) {
            case "DescribeTable" -> {
                String arn = body.get("TableName").asString();
                String owner = arn.startsWith("arn:") ? arn.split(":")[4] : "111111111111";
                yield "{\"Table\":{\"TableName\":\"orders\",\"TableId\":\"id-of-" + owner + "\",\"TableArn\":\""
                        + THEIRS + "\"," + KEYS + "}}";
            }
            case "Scan" -> "{\"Items\":[" + item + "],\"Count\":1}";
            case "BatchGetItem" ->
                "{\"Responses\":{\"" + answersNameIt + "\":[" + item + "]},\"UnprocessedKeys\":{\"" + answersNameIt
                        + "\":{\"Keys\":[{\"id\":{\"S\":\"b\"}}]}}}";
            case "BatchWriteItem" ->
                "{\"UnprocessedItems\":{\"" + answersNameIt + "\":[{\"PutRequest\":{\"Item\":" + item + "}}]}}";
            case "DescribeTimeToLive" -> "{\"TimeToLiveDescription\":{\"TimeToLiveStatus\":\"DISABLED\"}}";
            case "ListTagsOfResource" -> "{\"Tags\":[]}";
            default -> "{}";
        };
    }

    @ParameterizedTest
    @ValueSource(strings = {THEIRS, "orders"})
    void every_call_names_the_arn(String named) {
        answersNameIt = named;
        DynamoTable table = DynamoTable.open(client, TableRef.parse(THEIRS));
        Key a = table.keys().keyOf(Map.of("id", AttributeValue.fromS("a")));
        Key b = table.keys().keyOf(Map.of("id", AttributeValue.fromS("b")));
        Item item = Item.of(a.attributes());
        Write put = Write.making(a, item);
        Write delete = Write.making(a, null);

        assertThat(table.scan(new Segment(0, 1), null, 0, Consistency.EVENTUAL).items())
                .hasSize(1);
        Table.Found found = table.read(List.of(a, b), Consistency.STRONG);
        assertThat(found.items()).containsOnlyKeys(a);
        assertThat(found.unprocessed()).containsExactly(b);
        assertThat(table.write(List.of(put))).containsExactly(put);
        table.writeIf(put, Condition.unchanged(put, null));
        table.writeIf(delete, Condition.unchanged(delete, item));
        table.document();

        assertThat(asked.keySet())
                .containsExactlyInAnyOrder(
                        "DescribeTable",
                        "Scan",
                        "BatchGetItem",
                        "BatchWriteItem",
                        "PutItem",
                        "DeleteItem",
                        "DescribeTimeToLive",
                        "ListTagsOfResource");
        asked.forEach((api, body) -> {
            if (body.has("RequestItems")) {
                assertThat(body.get("RequestItems").propertyNames()).as(api).containsExactly(THEIRS);
            } else {
                assertThat(body.path("TableName")
                                .asString(body.path("ResourceArn").asString("")))
                        .as(api)
                        .isEqualTo(THEIRS);
            }
        });
    }

    @Test
    void a_table_and_one_of_the_same_name_in_another_account_are_two() {
        DynamoTable ours = DynamoTable.open(client, TableRef.parse("eu-west-1/orders"));
        DynamoTable theirs = DynamoTable.open(client, TableRef.parse(THEIRS));
        Pairing.check("compare", ours, List.of(theirs));
    }

    @Test
    void a_table_and_its_own_arn_are_one() {
        DynamoTable ours = DynamoTable.open(client, TableRef.parse("eu-west-1/orders"));
        DynamoTable again =
                DynamoTable.open(client, TableRef.parse("arn:aws:dynamodb:eu-west-1:111111111111:table/orders"));
        assertThatThrownBy(() -> Pairing.check("compare", ours, List.of(again)))
                .isInstanceOf(InvalidSettingsException.class)
                .hasMessageContaining("the same table");
    }

    @Test
    void the_name_is_taken_out_of_the_arn_where_a_name_is_wanted() {
        assertThat(TableRef.parse(THEIRS).table()).isEqualTo("orders");
        assertThat(TableRef.parse(THEIRS).region()).contains("eu-west-1");
        assertThat(TableRef.parse("eu-west-1/orders").table()).isEqualTo("orders");
    }
}
