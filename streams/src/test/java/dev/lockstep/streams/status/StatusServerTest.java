package dev.lockstep.streams.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.lockstep.LockstepException;
import dev.lockstep.streams.status.Status.Phase;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class StatusServerTest {
    private final HttpClient http = HttpClient.newHttpClient();
    private final History history = new History(() -> Statuses.NOW);
    private Statuses service = new Statuses();
    private volatile Supplier<Status> supplier = () -> service.status();
    private StatusServer server;

    @BeforeEach
    void start() {
        server = serve(Bind.loopback(0));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private StatusServer serve(Bind bind) {
        return StatusServer.start(new StatusServer.Settings(bind), () -> supplier.get(), history, () -> Statuses.NOW);
    }

    @Test
    void it_listens_on_this_machine_only_unless_told_otherwise() {
        assertThat(server.uri().getHost()).isEqualTo("127.0.0.1");
        assertThat(server.uri().getPort()).isPositive();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/page.js", "/page.css", "/icon.svg", "/uPlot.iife.min.js", "/uPlot.min.css"})
    void the_page_is_there_with_headers_that_keep_others_out(String path) throws Exception {
        HttpResponse<String> answer = get(path);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isNotEmpty();
        assertThat(answer.headers().firstValue("Content-Security-Policy").orElseThrow())
                .startsWith("default-src 'self';")
                .contains("frame-ancestors 'none'")
                .doesNotContain("unsafe");
        assertThat(answer.headers().map())
                .extractingByKeys("x-content-type-options", "cache-control", "cross-origin-resource-policy")
                .asString()
                .isEqualTo("[[nosniff], [no-store], [same-origin]]");
        assertThat(answer.headers().map()).doesNotContainKey("access-control-allow-origin");
    }

    @Test
    void types_are_told() throws Exception {
        assertThat(type("/")).isEqualTo("text/html; charset=utf-8");
        assertThat(type("/page.js")).isEqualTo("text/javascript; charset=utf-8");
        assertThat(type("/page.css")).isEqualTo("text/css; charset=utf-8");
        assertThat(type("/icon.svg")).isEqualTo("image/svg+xml");
        assertThat(type("/status.json")).isEqualTo("application/json; charset=utf-8");
        assertThat(type("/metrics")).isEqualTo("text/plain; version=0.0.4; charset=utf-8");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/x", "/metricsx", "/status.json/", "/..", "/page.html", "/NOTICE", "/%2e%2e/x"})
    void other_paths_are_not_found(String path) throws Exception {
        assertThat(raw("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 404");
    }

    @Test
    void the_status_is_told_as_json_with_durations_in_seconds_and_the_unknown_as_null() throws Exception {
        service = Statuses.failing();
        JsonNode json = json("/status.json");
        assertThat(json.at("/version").asInt()).isEqualTo(1);
        assertThat(json.at("/now").asString()).isEqualTo("2026-11-21T03:12:45Z");
        assertThat(json.at("/headline/mood").asString()).isEqualTo("TROUBLE");
        assertThat(json.at("/headline/inStep").asBoolean()).isFalse();
        assertThat(json.at("/status/phase").asString()).isEqualTo("LIVE");
        assertThat(json.at("/status/lag").asDouble()).isEqualTo(0.42);
        assertThat(json.at("/status/copy").isNull()).isTrue();
        assertThat(json.at("/status/startedAt").asString()).isEqualTo("2026-11-19T21:12:45Z");
        assertThat(json.at("/status/destinations/1/state").asString()).isEqualTo("AWAY");
        assertThat(json.at("/status/destinations/1/errorAt").asString()).isEqualTo("2026-11-21T03:09:25Z");
        assertThat(json.at("/status/shards/0/position").asString()).isEqualTo("4611400000000012345678901");
    }

    @Test
    void only_the_samples_after_a_moment_are_told_where_that_is_asked_for() throws Exception {
        await().until(() -> json("/status.json").at("/history/at").size() > 0);
        JsonNode all = json("/status.json").at("/history");
        assertThat(all.at("/worst/0").asDouble()).isEqualTo(0.42);
        assertThat(all.at("/p50/0").isNull()).isTrue();
        assertThat(all.at("/intervalSeconds").asDouble()).isEqualTo(5);
        long at = all.at("/at/0").asLong();
        assertThat(json("/status.json?since=" + at).at("/history/at").size()).isZero();
        assertThat(json("/status.json?since=" + (at - 1)).at("/history/at").size())
                .isPositive();
        assertThat(json("/status.json?since=x").at("/history/at").size()).isPositive();
    }

    @Test
    void the_metrics_are_valid() throws Exception {
        history.observeLag(Duration.ofMillis(20), 5);
        assertThat(PrometheusParser.parse(get("/metrics").body()).samples())
                .containsEntry("lockstep_in_step{}", 1.0)
                .containsEntry("lockstep_change_lag_seconds_bucket{le=0.025}", 5.0);
    }

    @Test
    void health_is_told_by_the_status_code() throws Exception {
        assertThat(get("/healthz").statusCode()).isEqualTo(200);
        assertThat(get("/readyz").statusCode()).isEqualTo(200);
        service.phase = Phase.COPYING;
        assertThat(get("/healthz").statusCode()).isEqualTo(200);
        assertThat(get("/readyz").statusCode()).isEqualTo(503);
        assertThat(get("/readyz").body()).isEqualTo("copying for the first time\n");
        service.phase = Phase.FAILED;
        service.problem = Optional.of("one\ntwo");
        assertThat(get("/healthz").statusCode()).isEqualTo(503);
        assertThat(get("/healthz").body()).isEqualTo("failed: one two\n");
    }

    @Test
    void a_status_that_cannot_be_told_says_so_and_no_more() throws Exception {
        supplier = () -> {
            throw new IllegalStateException("customer data");
        };
        for (String path : new String[] {"/status.json", "/metrics", "/healthz", "/readyz"}) {
            assertThat(get(path).statusCode()).isEqualTo(503);
            assertThat(get(path).body()).isEqualTo("the status cannot be told: IllegalStateException\n");
        }
        supplier = () -> {
            throw new LockstepException("read", "leases", "no permission", "");
        };
        assertThat(get("/healthz").body()).contains("read leases: no permission");
        assertThat(get("/").statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"})
    void it_can_only_be_read(String method) throws Exception {
        HttpResponse<String> answer = http.send(
                HttpRequest.newBuilder(server.uri().resolve("/status.json"))
                        .method(method, BodyPublishers.ofString("x"))
                        .build(),
                BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(405);
        assertThat(answer.headers().firstValue("Allow")).contains("GET, HEAD");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/metrics", "/healthz", "/x"})
    void head_has_the_headers_and_no_body(String path) throws Exception {
        String answer = raw("HEAD " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        assertThat(answer).contains("Content-length: ").endsWith("\r\n\r\n");
        assertThat(answer).doesNotContain("Content-length: 0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "LOCALHOST:9", "127.0.0.1:8080", "[::1]", "[::1]:80"})
    void this_machine_may_be_named_as_its_users_name_it(String host) throws Exception {
        assertThat(raw("GET /healthz HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 200");
    }

    @ParameterizedTest
    @ValueSource(strings = {"evil.example", "localhost.evil.example", "127.0.0.1.evil.example:80", "localhost:x", ""})
    void a_page_of_others_whose_name_leads_here_is_told_nothing(String host) throws Exception {
        String answer = raw("GET /status.json HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n");
        assertThat(answer).startsWith("HTTP/1.1 403").doesNotContain("orders");
    }

    @Test
    void without_a_host_nothing_is_told() throws Exception {
        assertThat(raw("GET /status.json HTTP/1.0\r\n\r\n")).startsWith("HTTP/1.1 403");
    }

    @Test
    void other_interfaces_know_no_names() {
        assertThat(new HostCheck(false).allows("status.internal:8080")).isTrue();
        assertThat(new HostCheck(true).allows("status.internal:8080")).isFalse();
    }

    @Test
    void half_a_request_does_not_keep_others_from_an_answer() throws Exception {
        try (Socket one = connect();
                Socket two = connect()) {
            one.getOutputStream().write("GET / HT".getBytes(StandardCharsets.US_ASCII));
            two.getOutputStream().write("GET / HT".getBytes(StandardCharsets.US_ASCII));
            assertThat(get("/healthz").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void a_port_that_is_taken_is_told() {
        Bind taken = Bind.loopback(server.uri().getPort());
        assertThatThrownBy(() -> serve(taken))
                .isInstanceOf(LockstepException.class)
                .hasMessageContaining("status page 127.0.0.1:" + taken.port() + ": cannot listen there")
                .hasMessageContaining("Choose another port");
    }

    @Test
    void closing_finishes_the_answer_that_is_under_way_and_frees_the_port() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch answer = new CountDownLatch(1);
        URI uri = server.uri();
        get("/healthz");
        supplier = () -> {
            asked.countDown();
            try {
                answer.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return service.status();
        };
        CompletableFuture<HttpResponse<String>> slow =
                http.sendAsync(HttpRequest.newBuilder(uri.resolve("/healthz")).build(), BodyHandlers.ofString());
        asked.await();
        CompletableFuture<Void> closing = CompletableFuture.runAsync(server::close);
        answer.countDown();
        assertThat(slow.get().statusCode()).isEqualTo(200);
        closing.get();
        supplier = () -> service.status();
        server = serve(Bind.loopback(uri.getPort()));
        assertThat(get("/healthz").statusCode()).isEqualTo(200);
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(server.uri().resolve(path)).build(), BodyHandlers.ofString());
    }

    private String type(String path) throws IOException, InterruptedException {
        return get(path).headers().firstValue("Content-Type").orElseThrow();
    }

    private JsonNode json(String path) throws IOException, InterruptedException {
        return new JsonMapper().readTree(get(path).body());
    }

    private Socket connect() throws IOException {
        return new Socket(InetAddress.getByName("127.0.0.1"), server.uri().getPort());
    }

    private String raw(String request) throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
