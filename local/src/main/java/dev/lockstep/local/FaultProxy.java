package dev.lockstep.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP proxy on 127.0.0.1 before a DynamoDB endpoint that checks no signatures. It delays, breaks and throttles calls as told, and
 * counts what they cost. It sends the upstream at most 32 requests at once; the others wait.
 *
 * <p>It also stands before {@link LocalS3} or another S3 endpoint, for {@code PutObject}, {@code GetObject}, {@code HeadObject},
 * {@code DeleteObject}, {@code ListObjectsV2}, {@code ListObjectVersions}, {@code GetBucketVersioning}, {@code CreateMultipartUpload},
 * {@code UploadPart}, {@code CompleteMultipartUpload} and {@code AbortMultipartUpload} in path style (other calls pass as "none"): faults,
 * hooks and latency work, budgets and metering do not apply.
 *
 * <p>A call passes latency, then the first {@link FaultRule} that takes it, then the budget, {@code before} hooks, the upstream, and
 * {@code after} hooks. Without rules, hooks and budget nothing is changed but for metering, which the client cannot see.
 *
 * <p>Thread-safe: settings can change while calls run and hold for the calls that come after. Its threads are daemons.
 */
public final class FaultProxy implements AutoCloseable {
    private static final int BACKLOG = 1024;
    private static final byte[] LOOPBACK = {127, 0, 0, 1};

    private final ServerSocket server;
    private final Settings settings;
    private final Set<Socket> clients = ConcurrentHashMap.newKeySet();
    private final ExecutorService threads = Executors.newCachedThreadPool(FaultProxy::daemon);
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    private FaultProxy(ServerSocket server, Settings settings) {
        this.server = server;
        this.settings = settings;
    }

    /** Starts on a free port before the endpoint. */
    public static FaultProxy start(URI upstream) {
        return start(upstream, 0);
    }

    /**
     * Starts on that port before the endpoint.
     *
     * @param port 1 to 65,535, or 0 for a free one
     */
    public static FaultProxy start(URI upstream, int port) {
        try {
            ServerSocket server = new ServerSocket(port, BACKLOG, InetAddress.getByAddress(LOOPBACK));
            FaultProxy proxy = new FaultProxy(server, new Settings(upstream));
            proxy.threads.execute(proxy::accept);
            return proxy;
        } catch (IOException e) {
            throw new UncheckedIOException("the fault proxy did not start on port " + port + ": " + e.getMessage(), e);
        }
    }

    /** Where clients connect. */
    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.getLocalPort());
    }

    /** Adds this time before each call, as a network would; refused calls wait too. Zero at first. */
    public FaultProxy latency(Duration added) {
        settings.latency(added);
        return this;
    }

    /** Admits only calls that this gate lets through; they pass it after the latency, before all else. */
    public FaultProxy gate(Gate gate) {
        settings.gate(gate);
        return this;
    }

    /** Begins a rule for an operation, for example {@code PutItem}, or {@code *} for every one. */
    public FaultRule.Builder on(String api) {
        return new FaultRule.Builder(settings.rules(), api);
    }

    /** Removes all rules; hooks, latency and budgets stay. */
    public FaultProxy clear() {
        settings.rules().clear();
        return this;
    }

    /** Runs the hook before each call of the operation ({@code *}: any) is forwarded; not for calls that are refused. */
    public FaultProxy before(String api, Hook hook) {
        settings.before().add(api, hook);
        return this;
    }

    /** Runs the hook after the upstream answered, whatever it said, and before the client learns of it. */
    public FaultProxy after(String api, Hook hook) {
        settings.after().add(api, hook);
        return this;
    }

    /** Removes all hooks. */
    public FaultProxy clearHooks() {
        settings.before().clear();
        settings.after().clear();
        return this;
    }

    /**
     * Gives every table this many write units a second, with a burst of one second. When they are spent a call is throttled; a batch write
     * comes back in part, or is throttled where nothing fitted.
     *
     * @param units above 0; {@link Double#POSITIVE_INFINITY} lifts the limit
     */
    public FaultProxy writeUnitsPerSecond(double units) {
        settings.budget().limit(Charge.Kind.WRITE, units);
        return this;
    }

    /** The same for read units; a BatchGetItem is throttled as a whole. */
    public FaultProxy readUnitsPerSecond(double units) {
        settings.budget().limit(Charge.Kind.READ, units);
        return this;
    }

    /** What went through so far. A call's cost is in it before its client has the answer. */
    public Meter stats() {
        return settings.ledger().snapshot();
    }

    /** The calls that went through so far and cost anything, in the order in which they were charged. */
    public List<Metered> metered() {
        return settings.ledger().metered();
    }

    /** Sets the meter to zero; rules, hooks, budgets and calls' running numbers stay. */
    public FaultProxy reset() {
        settings.ledger().reset();
        return this;
    }

    /**
     * Cuts all connections. Closing again does nothing.
     *
     * @throws IllegalStateException if a hook, an edit or the proxy itself failed; the first failure is its cause
     */
    @Override
    public void close() {
        threads.shutdownNow();
        closeQuietly(server);
        clients.forEach(FaultProxy::closeQuietly);
        Throwable first = failure.getAndSet(null);
        if (first != null) {
            throw new IllegalStateException("a hook or the fault proxy failed: " + first, first);
        }
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                serve(server.accept());
            } catch (IOException closing) {
                // Only close() ends the wait.
            }
        }
    }

    private void serve(Socket client) {
        clients.add(client);
        try {
            threads.execute(() -> converse(client));
        } catch (RejectedExecutionException closing) {
            closeQuietly(client);
        }
    }

    private void converse(Socket client) {
        try {
            new Connection(settings, client, e -> failure.compareAndSet(null, e)).run();
        } finally {
            clients.remove(client);
        }
    }

    private static void closeQuietly(AutoCloseable closeable) {
        try {
            closeable.close();
        } catch (Exception e) {
            // It is gone either way.
        }
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, "fault-proxy");
        thread.setDaemon(true);
        return thread;
    }
}
