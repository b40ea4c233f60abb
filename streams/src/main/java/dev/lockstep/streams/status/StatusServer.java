package dev.lockstep.streams.status;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.lockstep.LockstepException;
import dev.lockstep.work.Crew;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Serves the status over HTTP and takes a sample of it each five seconds. It has its own threads, all of them daemons.
 *
 * <p>Paths: {@code /} (the page), {@code /status.json} (with {@code ?since=MILLIS} only the samples after that moment),
 * {@code /metrics} (Prometheus), {@code /healthz}, {@code /readyz}. It only answers GET and HEAD, and changes nothing.
 */
public final class StatusServer implements AutoCloseable {
    /**
     * How to serve.
     *
     * @param lagLimit what lag makes the page say "not in step"
     */
    public record Settings(Bind bind, Duration lagLimit) {
        public static final Duration LAG_LIMIT = Duration.ofSeconds(30);

        public Settings(Bind bind) {
            this(bind, LAG_LIMIT);
        }
    }

    /** The JDK's server reads these once: answers that are not held back by Nagle's algorithm, no requests without end. */
    private static final Map<String, String> SERVER_PROPERTIES = Map.of(
            "sun.net.httpserver.nodelay", "true",
            "sun.net.httpserver.maxReqTime", "10",
            "sun.net.httpserver.maxRspTime", "30");

    private static final Pattern SINCE = Pattern.compile("(?:^|&)since=(\\d{1,15})(?:&|$)");
    private static final int MOST_AT_ONCE = 32;
    private static final Duration GRACE = Duration.ofSeconds(1);

    private final Settings settings;
    private final Supplier<Status> status;
    private final History history;
    private final InstantSource clock;
    private final HttpServer server;
    private final HostCheck hosts;
    private final Assets assets = new Assets();
    private final ThreadPoolExecutor threads = new ThreadPoolExecutor(
            0, MOST_AT_ONCE, 30, TimeUnit.SECONDS, new SynchronousQueue<>(), Crew.daemons("status"));
    private final ScheduledExecutorService sampler =
            Executors.newSingleThreadScheduledExecutor(Crew.daemons("status-sampler"));

    private StatusServer(
            Settings settings, Supplier<Status> status, History history, InstantSource clock, HttpServer server) {
        this.settings = settings;
        this.status = status;
        this.history = history;
        this.clock = clock;
        this.server = server;
        this.hosts = new HostCheck(server.getAddress().getAddress().isLoopbackAddress());
    }

    /**
     * Begins to serve.
     *
     * @param status is asked at each request and each sample, by several threads at once; must answer soon
     * @throws LockstepException where the place is taken or is none of this machine
     */
    public static StatusServer start(Settings settings, Supplier<Status> status, History history, InstantSource clock) {
        SERVER_PROPERTIES.forEach((name, value) -> {
            if (System.getProperty(name) == null) {
                System.setProperty(name, value);
            }
        });
        try {
            HttpServer server = HttpServer.create(settings.bind().address(), 0);
            return new StatusServer(settings, status, history, clock, server).serve();
        } catch (IOException e) {
            Bind bind = settings.bind();
            throw new LockstepException(
                    "status page",
                    bind.host() + ":" + bind.port(),
                    "cannot listen there: " + e.getMessage(),
                    "Choose another port",
                    false,
                    e);
        }
    }

    private StatusServer serve() {
        server.createContext("/", this::handle);
        server.setExecutor(threads);
        server.start();
        var unused = sampler.scheduleAtFixedRate(this::sample, 0, History.INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
        return this;
    }

    /** A sample that cannot be taken is a gap in the plot; an exception would end all further ones. */
    private void sample() {
        try {
            history.sample(status.get());
        } catch (RuntimeException e) {
            // Whoever asks for the status gets the reason.
        }
    }

    /** Where it listens; tells the port that was chosen. */
    public URI uri() {
        InetSocketAddress at = server.getAddress();
        String host = at.getAddress().isAnyLocalAddress()
                ? "localhost"
                : at.getAddress().getHostAddress();
        return URI.create("http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + at.getPort() + "/");
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            answer(exchange).send(exchange);
        }
    }

    private Answer answer(HttpExchange exchange) {
        String method = exchange.getRequestMethod();
        if (!hosts.allows(exchange.getRequestHeaders().getFirst("Host"))) {
            return Answer.text(403, "This server answers only requests to localhost.");
        }
        if (!method.equals("GET") && !method.equals("HEAD")) {
            return Answer.text(405, "Only GET and HEAD.");
        }
        URI uri = exchange.getRequestURI();
        String path = String.valueOf(uri.getPath());
        try {
            return assets.find(path).orElseGet(() -> live(path, String.valueOf(uri.getQuery())));
        } catch (RuntimeException e) {
            return Answer.text(503, "the status cannot be told: " + reason(e));
        }
    }

    /** What others throw may hold anything; of ours it is known that it holds no values of items. */
    private static String reason(RuntimeException e) {
        return e instanceof LockstepException
                ? String.valueOf(e.getMessage())
                : e.getClass().getSimpleName();
    }

    private Answer live(String path, String query) {
        return switch (path) {
            case "/status.json" -> json(query);
            case "/metrics" -> metrics();
            case "/healthz" -> health(Health.alive(status.get(), clock.instant()));
            case "/readyz" -> health(Health.ready(status.get(), clock.instant()));
            default -> Answer.text(404, "Try / /status.json /metrics /healthz /readyz");
        };
    }

    private Answer json(String query) {
        Status now = status.get();
        byte[] body =
                StatusJson.of(clock.instant(), Headline.of(now, settings.lagLimit()), now, history.since(since(query)));
        return new Answer(200, StatusJson.TYPE, body);
    }

    private static Instant since(String query) {
        Matcher since = SINCE.matcher(query);
        return since.find() ? Instant.ofEpochMilli(Long.parseLong(since.group(1))) : Instant.EPOCH;
    }

    private Answer metrics() {
        Status now = status.get();
        String text = PrometheusMetrics.of(now, Headline.of(now, settings.lagLimit()), history.lags());
        return new Answer(200, PrometheusText.TYPE, text.getBytes(StandardCharsets.UTF_8));
    }

    private static Answer health(Health health) {
        return Answer.text(health.good() ? 200 : 503, health.reason().replace('\n', ' '));
    }

    /** Answers that are under way are finished, for a second at most. */
    @Override
    public void close() {
        sampler.shutdownNow();
        threads.shutdown();
        try {
            var unused = threads.awaitTermination(GRACE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        server.stop(0);
    }
}
