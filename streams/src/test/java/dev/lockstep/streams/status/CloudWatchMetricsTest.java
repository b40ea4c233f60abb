package dev.lockstep.streams.status;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.streams.status.Status.Compared;
import dev.lockstep.streams.status.Status.DeadLetters;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.DefaultRetryStrategy;
import software.amazon.awssdk.services.cloudwatch.CloudWatchClient;

/** The SDK's real client against an endpoint that decodes what it sends. */
class CloudWatchMetricsTest {
    private CloudWatchEndpoint endpoint;
    private CloudWatchClient client;
    private Instant now = Statuses.NOW;
    private final History history = new History(() -> now);
    private final Statuses service = Statuses.compared(new Compared("orders-eu", 100, 1, 2, 3, 4, 5));
    private CloudWatchMetrics metrics;

    @BeforeEach
    void connect() throws IOException {
        endpoint = new CloudWatchEndpoint();
        client = CloudWatchClient.builder()
                .endpointOverride(endpoint.uri())
                .region(Region.EU_WEST_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("local", "local")))
                .httpClientBuilder(ApacheHttpClient.builder())
                .overrideConfiguration(o -> o.retryStrategy(DefaultRetryStrategy.doNotRetry()))
                .build();
        metrics = new CloudWatchMetrics(
                client,
                new CloudWatchMetrics.Settings("Lockstep", "orders", "orders-to-eu", Duration.ofSeconds(30)),
                service::status,
                history,
                () -> now);
    }

    @AfterEach
    void disconnect() {
        client.close();
        endpoint.close();
    }

    @Test
    void all_figures_are_published_in_one_request_with_the_table_and_the_service_as_dimensions() throws IOException {
        service.copy = Statuses.copying().copy;
        history.observeLag(Duration.ofMillis(250), 2);
        metrics.publish();

        assertThat(endpoint.received()).hasSize(1);
        JsonNode request = endpoint.received().get(0);
        assertThat(request.get("Namespace").asText()).isEqualTo("Lockstep");
        Set<String> names = new HashSet<>();
        for (JsonNode datum : request.get("MetricData")) {
            names.add(datum.get("MetricName").asText());
            assertThat(datum.get("Timestamp").asLong()).isEqualTo(now.getEpochSecond());
            assertThat(datum.get("Dimensions").toString())
                    .isEqualTo("[{\"Name\":\"TableName\",\"Value\":\"orders\"},"
                            + "{\"Name\":\"Name\",\"Value\":\"orders-to-eu\"}]");
        }
        assertThat(names)
                .containsExactlyInAnyOrder(
                        "InStep",
                        "Failed",
                        "Lag",
                        "ChangeLag",
                        "Changes",
                        "Writes",
                        "ChangesPerSecond",
                        "WritesPerSecond",
                        "ShardsOwned",
                        "ShardsUnowned",
                        "DestinationsAway",
                        "Backlog",
                        "DeadLetters",
                        "CopiedItems",
                        "VerificationAge",
                        "VerificationFailed",
                        "DifferencesFound",
                        "DifferencesLeft",
                        "Unsettled");
        assertThat(Files.readString(Path.of("../docs/status.md")))
                .as("documented")
                .contains(names.stream().map(name -> "`" + name + "`").toList());
        assertThat(value("Lag")).isEqualTo(0.42);
        assertThat(datum("Lag").get("Unit").asText()).isEqualTo("Seconds");
        assertThat(value("Changes")).isEqualTo(2 * 1_234_567);
        assertThat(value("DifferencesFound")).isEqualTo(6);
        assertThat(value("DifferencesLeft")).isEqualTo(1);
        assertThat(value("VerificationAge")).isEqualTo(3 * 3600);
        assertThat(value("InStep")).isZero();
    }

    @Test
    void the_lags_of_the_minute_go_with_their_counts_in_metrics_of_150_values_at_most() {
        history.observeLag(Duration.ofMillis(42), 7);
        metrics.publish();
        for (int i = 1; i <= 99; i++) {
            history.observeLag(Duration.ofMillis(i), 1);
            history.observeLag(Duration.ofMillis(1000L + i * 100), i);
        }
        metrics.publish();

        assertThat(datum("ChangeLag").get("Values").size()).isEqualTo(150);
        List<JsonNode> lags = data("ChangeLag");
        assertThat(lags).hasSize(2);
        double count = 0;
        for (JsonNode lag : lags) {
            assertThat(lag.get("Values").size()).isEqualTo(lag.get("Counts").size());
            for (JsonNode n : lag.get("Counts")) {
                count += n.asDouble();
            }
        }
        assertThat(count).isEqualTo(99 + 99 * 50);
    }

    @Test
    void what_only_grows_is_published_as_its_growth() {
        service.deadLetters = new DeadLetters(5, Optional.empty(), Optional.empty());
        metrics.publish();
        service.deadLetters = new DeadLetters(7, Optional.empty(), Optional.empty());
        metrics.publish();

        assertThat(value("DeadLetters")).isEqualTo(2);
        assertThat(value("Changes")).isZero();
        assertThat(data("ChangeLag")).isEmpty();
    }

    @Test
    void a_failure_is_counted_and_shown_and_what_it_kept_back_is_told_with_the_next_try() {
        metrics.publish();
        history.observeLag(Duration.ofMillis(30), 3);
        service.deadLetters = new DeadLetters(2, Optional.empty(), Optional.empty());
        endpoint.deny(true);
        now = now.plusSeconds(60);
        metrics.publish();

        assertThat(metrics.publishing().failures()).isEqualTo(1);
        assertThat(metrics.publishing().failing()).isTrue();
        assertThat(metrics.publishing().lastErrorAt()).contains(now);
        assertThat(metrics.publishing().lastError().orElseThrow())
                .startsWith("PutMetricData: ")
                .contains("not allowed to publish");

        endpoint.deny(false);
        now = now.plusSeconds(60);
        metrics.publish();
        assertThat(metrics.publishing().failing()).isFalse();
        assertThat(metrics.publishing().failures()).isEqualTo(1);
        assertThat(value("DeadLetters")).isEqualTo(2);
        assertThat(datum("ChangeLag").get("Counts").get(0).asDouble()).isEqualTo(3);
    }

    @Test
    void an_endpoint_that_is_gone_or_a_status_that_cannot_be_told_ends_nothing() {
        endpoint.close();
        metrics.publish();
        metrics.publish();
        assertThat(metrics.publishing().failures()).isEqualTo(2);
        metrics.close();
        assertThat(metrics.publishing().failures()).isEqualTo(3);

        CloudWatchMetrics broken = new CloudWatchMetrics(
                client,
                new CloudWatchMetrics.Settings("Lockstep", "orders", "orders-to-eu", Duration.ofSeconds(30)),
                () -> {
                    throw new IllegalStateException("customer data");
                },
                history,
                () -> now);
        broken.publish();
        assertThat(broken.publishing().lastError()).contains("PutMetricData: IllegalStateException");
    }

    @Test
    void closing_publishes_the_rest() {
        metrics.start();
        metrics.close();
        assertThat(endpoint.received()).hasSize(1);
    }

    private double value(String metric) {
        return datum(metric).get("Value").asDouble();
    }

    private JsonNode datum(String metric) {
        return data(metric).get(0);
    }

    /** Of the last request. */
    private List<JsonNode> data(String metric) {
        JsonNode last = endpoint.received().get(endpoint.received().size() - 1);
        return StreamSupport.stream(last.get("MetricData").spliterator(), false)
                .filter(d -> d.get("MetricName").asText().equals(metric))
                .toList();
    }
}
