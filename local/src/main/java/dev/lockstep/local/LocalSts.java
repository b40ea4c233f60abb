package dev.lockstep.local;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A Security Token Service in this process, on 127.0.0.1 only: AssumeRole and GetSessionToken. It checks what it is asked: each request's
 * signature, who may assume a role, its external id, the MFA device and code, and that a code is used once. A {@link Gate} before a
 * {@link FaultProxy} then admits only sessions that it issued and that have not ended.
 *
 * <p>Thread-safe. Its threads are daemons.
 */
public final class LocalSts implements AutoCloseable {
    private static final byte[] LOOPBACK = {127, 0, 0, 1};
    private static final int USUAL_SECONDS = 3_600;
    private static final int LONGEST_OF_CHAIN = 3_600;

    /**
     * A role and who may assume it.
     *
     * @param trusted ARNs of users and roles
     * @param externalId which they have to tell, or ""
     * @param mfa whether they have to be signed in with a code
     */
    public record Role(String arn, Set<String> trusted, String externalId, boolean mfa) {}

    /**
     * A request that was understood, in the order of arrival.
     *
     * @param by the ARN of the user or role that asked
     * @param answer the error's code, or ""
     */
    public record Asked(String action, String by, Map<String, String> parameters, String answer) {}

    private record Device(String user, List<String> used, int number) {}

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool(LocalSts::daemon);
    private final Keys keys = new Keys();
    private final Map<String, Role> roles = new ConcurrentHashMap<>();
    private final Map<String, Device> devices = new ConcurrentHashMap<>();
    private final List<Asked> asked = new CopyOnWriteArrayList<>();
    private volatile Optional<Duration> life = Optional.empty();
    private volatile Optional<Duration> userLife = Optional.empty();
    private volatile Refusal outage = new Refusal(503, "", "");
    private final AtomicInteger failures = new AtomicInteger();
    private volatile String secretPrefix = "local";

    private LocalSts(HttpServer server) {
        this.server = server;
    }

    /** Starts on a free port, knowing nobody. */
    public static LocalSts start() {
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getByAddress(LOOPBACK), 0), 0);
            LocalSts sts = new LocalSts(server);
            server.setExecutor(sts.threads);
            server.createContext("/", sts::serve);
            server.start();
            return sts;
        } catch (IOException e) {
            throw new UncheckedIOException("the STS did not start: " + e.getMessage(), e);
        }
    }

    /** Where clients connect. */
    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** Makes a user with an access key. */
    public LocalSts user(String arn, String accessKeyId, String secret) {
        keys.user(arn, accessKeyId, secret);
        return this;
    }

    /** Makes a role. */
    public LocalSts role(Role role) {
        roles.put(role.arn(), role);
        return this;
    }

    /** Makes a role that these users and roles may assume, without more. */
    public LocalSts role(String arn, String... trusted) {
        return role(new Role(arn, Set.of(trusted), "", false));
    }

    /** Gives a user an MFA device. */
    public LocalSts device(String serial, String user) {
        devices.put(serial, new Device(user, new CopyOnWriteArrayList<>(), 0));
        return this;
    }

    /** The code that a device shows now; it is good for one use. */
    public String code(String serial) {
        Device device = devices.get(serial);
        if (device == null) {
            throw new IllegalArgumentException("no such device: " + serial);
        }
        return String.format(Locale.ROOT, "%06d", Math.floorMod((serial + device.number()).hashCode(), 1_000_000));
    }

    /** Time goes on: the device shows another code. */
    public String nextCode(String serial) {
        devices.computeIfPresent(serial, (s, d) -> new Device(d.user(), d.used(), d.number() + 1));
        return code(serial);
    }

    /** Sessions of roles last so long, whatever is asked for. */
    public LocalSts sessions(Duration every) {
        life = Optional.of(every);
        return this;
    }

    /** Sessions of users last so long, whatever is asked for. */
    public LocalSts userSessions(Duration every) {
        userLife = Optional.of(every);
        return this;
    }

    /** Secrets and tokens that it issues begin so. */
    public LocalSts secretsBeginWith(String prefix) {
        secretPrefix = prefix;
        return this;
    }

    /** Keys as they are handed out by another door, SSO for instance. */
    public record Session(String accessKeyId, String secret, String token) {}

    /** Makes a session of an hour, of a user or role, without being asked. */
    public Session session(String arn) {
        Principal session = keys.issue(arn, secretPrefix, false, Duration.ofSeconds(USUAL_SECONDS));
        return new Session(session.key(), session.secret(), session.token());
    }

    /** All sessions end now, sooner than their holders were told. */
    public void revokeSessions() {
        keys.revoke();
    }

    /** The next requests are refused so, whoever asks. */
    public void fail(int times, int status, String code, String message) {
        outage = new Refusal(status, code, message);
        failures.set(times);
    }

    /** What it was asked so far. */
    public List<Asked> asked() {
        return List.copyOf(asked);
    }

    /** How often a role was assumed. */
    public long assumed(String role) {
        return asked.stream()
                .filter(a -> a.answer().isEmpty() && role.equals(a.parameters().get("RoleArn")))
                .count();
    }

    /** Admits only the keys of these users and roles. */
    public Gate gate(String... arns) {
        return new Gate(keys, Set.of(arns));
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            Map<String, String> headers = new LinkedHashMap<>();
            exchange.getRequestHeaders()
                    .forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), String.join(",", values)));
            Request request = new Request(
                    exchange.getRequestMethod(), exchange.getRequestURI().toString(), headers, body);
            Answer answer = answer(request);
            byte[] xml = answer.xml().getBytes(UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "text/xml");
            exchange.sendResponseHeaders(answer.status(), xml.length);
            exchange.getResponseBody().write(xml);
        }
    }

    private record Answer(int status, String xml) {}

    private Answer answer(Request request) {
        Map<String, String> parameters = parameters(request);
        String action = parameters.getOrDefault("Action", "");
        if (failures.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            asked.add(new Asked(action, "", parameters, outage.type()));
            return refused(outage);
        }
        Keys.Checked checked = keys.check(request, "sts");
        Principal by = checked.principal();
        Refusal refusal = checked.refusal();
        if (by == null || refusal != null) {
            asked.add(new Asked(action, "", parameters, refusal == null ? "" : refusal.type()));
            return refused(inStsWords(refusal));
        }
        refusal = action.equals("AssumeRole") ? roleRefusal(by, parameters) : userRefusal(by, action, parameters);
        asked.add(new Asked(action, by.arn(), parameters, refusal == null ? "" : refusal.type()));
        if (refusal != null) {
            return refused(refusal);
        }
        return issued(action, issue(by, action, parameters), parameters);
    }

    private static Refusal inStsWords(@Nullable Refusal r) {
        if (r == null) {
            return denied("");
        }
        return switch (r.type()) {
            case "UnrecognizedClientException" -> new Refusal(403, "InvalidClientTokenId", r.message());
            case "InvalidSignatureException" -> new Refusal(403, "SignatureDoesNotMatch", r.message());
            case Keys.EXPIRED -> new Refusal(403, "ExpiredToken", r.message());
            default -> r;
        };
    }

    private static Map<String, String> parameters(Request request) {
        Map<String, String> parameters = new LinkedHashMap<>();
        for (String pair : new String(request.body(), UTF_8).split("&")) {
            String[] parts = pair.split("=", 2);
            parameters.put(
                    URLDecoder.decode(parts[0], UTF_8), parts.length < 2 ? "" : URLDecoder.decode(parts[1], UTF_8));
        }
        return parameters;
    }

    private @Nullable Refusal roleRefusal(Principal by, Map<String, String> parameters) {
        String arn = parameters.getOrDefault("RoleArn", "");
        Refusal denied =
                denied("User: " + by.arn() + " is not authorized to perform: sts:AssumeRole on resource: " + arn);
        Role role = roles.get(arn);
        if (role == null || !role.trusted().contains(by.arn())) {
            return denied;
        }
        if (!role.externalId().isEmpty() && !role.externalId().equals(parameters.get("ExternalId"))) {
            return denied;
        }
        Refusal code = parameters.containsKey("SerialNumber") ? codeRefusal(by, parameters) : null;
        if (code != null) {
            return code;
        }
        return role.mfa() && !by.mfa() && !parameters.containsKey("SerialNumber") ? denied : null;
    }

    private @Nullable Refusal userRefusal(Principal by, String action, Map<String, String> parameters) {
        if (!action.equals("GetSessionToken")) {
            return new Refusal(400, "InvalidAction", "Could not find operation " + action);
        }
        if (by.session()) {
            return denied("Cannot call GetSessionToken with session credentials");
        }
        return parameters.containsKey("SerialNumber") ? codeRefusal(by, parameters) : null;
    }

    private @Nullable Refusal codeRefusal(Principal by, Map<String, String> parameters) {
        String serial = parameters.getOrDefault("SerialNumber", "");
        String code = parameters.getOrDefault("TokenCode", "");
        Device device = devices.get(serial);
        if (device == null || !device.user().equals(by.arn())) {
            return denied(
                    "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial"
                            + " number is valid and associated with this user.");
        }
        if (code.length() < 6) {
            return new Refusal(
                    400,
                    "ValidationError",
                    "1 validation error detected: Value '" + code
                            + "' at 'tokenCode' failed to satisfy constraint: Member must have length greater than or equal to 6");
        }
        synchronized (device.used()) {
            if (!code.equals(code(serial)) || device.used().contains(code)) {
                return denied("MultiFactorAuthentication failed with invalid MFA one time pass code. ");
            }
            device.used().add(code);
        }
        return null;
    }

    private static Refusal denied(String message) {
        return new Refusal(403, "AccessDenied", message);
    }

    private Principal issue(Principal by, String action, Map<String, String> parameters) {
        boolean role = action.equals("AssumeRole");
        int wanted = Integer.parseInt(parameters.getOrDefault("DurationSeconds", "" + USUAL_SECONDS));
        int seconds = role && by.session() ? Math.min(wanted, LONGEST_OF_CHAIN) : wanted;
        Duration told = (role ? life : userLife).orElse(Duration.ofSeconds(seconds));
        boolean mfa = parameters.containsKey("SerialNumber") || (!role && by.mfa());
        return keys.issue(role ? parameters.getOrDefault("RoleArn", "") : by.arn(), secretPrefix, mfa, told);
    }

    private static Answer issued(String action, Principal session, Map<String, String> parameters) {
        Duration left = session.life() == null ? Duration.ZERO : session.life();
        String user = action.equals("AssumeRole")
                ? "<AssumedRoleUser><Arn>"
                        + session.arn().replace(":iam:", ":sts:").replace(":role/", ":assumed-role/") + "/"
                        + parameters.getOrDefault("RoleSessionName", "")
                        + "</Arn><AssumedRoleId>AROALOCAL:x</AssumedRoleId></AssumedRoleUser>"
                : "";
        return new Answer(
                200,
                "<" + action + "Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><" + action
                        + "Result><Credentials><AccessKeyId>" + session.key() + "</AccessKeyId><SecretAccessKey>"
                        + session.secret() + "</SecretAccessKey><SessionToken>" + session.token()
                        + "</SessionToken><Expiration>" + Instant.now().plus(left) + "</Expiration></Credentials>"
                        + user + "</"
                        + action + "Result><ResponseMetadata><RequestId>local</RequestId></ResponseMetadata></" + action
                        + "Response>");
    }

    private static Answer refused(Refusal refusal) {
        String message = refusal.message().replace("&", "&amp;").replace("<", "&lt;");
        return new Answer(
                refusal.status(),
                "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type><Code>"
                        + refusal.type() + "</Code><Message>" + message
                        + "</Message></Error><RequestId>local</RequestId></ErrorResponse>");
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, "local-sts");
        thread.setDaemon(true);
        return thread;
    }
}
