package dev.lockstep.local;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** All keys of one {@link LocalSts}: those of users, and of the sessions that it issued. Thread-safe. */
final class Keys {
    static final String EXPIRED = "ExpiredTokenException";

    /** @param principal null where the request is refused */
    record Checked(@Nullable Principal principal, @Nullable Refusal refusal) {
        static Checked refused(int status, String type, String message) {
            return new Checked(null, new Refusal(status, type, message));
        }
    }

    private final Map<String, Principal> known = new ConcurrentHashMap<>();
    private final AtomicLong issued = new AtomicLong();

    void user(String arn, String key, String secret) {
        known.put(key, new Principal(arn, key, secret, false, "", false, 0, null));
    }

    Principal issue(String arn, String secretPrefix, boolean mfa, Duration life) {
        long number = issued.incrementAndGet();
        String key = String.format("ASIALOCAL%011d", number);
        String secret = secretPrefix + "-secret/" + Long.toHexString(System.nanoTime()) + "+" + number;
        String token = secretPrefix + "-token//" + Long.toHexString(System.nanoTime()) + "==" + number;
        Principal session = new Principal(arn, key, secret, true, token, mfa, System.nanoTime(), life);
        known.put(key, session);
        return session;
    }

    /** Ends all sessions at once, as an administrator does who revokes them. */
    void revoke() {
        known.replaceAll((key, p) -> p.session()
                ? new Principal(p.arn(), key, p.secret(), true, p.token(), p.mfa(), p.began(), Duration.ZERO)
                : p);
    }

    /** Who signed the request for this service, as AWS finds it. */
    Checked check(Request request, String service) {
        Signature signature = Signature.of(request).orElse(null);
        if (signature == null) {
            return Checked.refused(
                    403, "MissingAuthenticationTokenException", "Request is missing Authentication Token");
        }
        Principal principal = known.get(signature.key());
        String token = request.headers().getOrDefault("x-amz-security-token", "");
        if (principal == null || !principal.token().equals(token)) {
            return Checked.refused(
                    400, "UnrecognizedClientException", "The security token included in the request is invalid.");
        }
        if (!signature.service().equals(service)) {
            return Checked.refused(
                    400,
                    "InvalidSignatureException",
                    "Credential should be scoped to correct service: '" + service + "'.");
        }
        if (!signature.isBy(principal.secret(), request)) {
            return Checked.refused(
                    400,
                    "InvalidSignatureException",
                    "The request signature we calculated does not match the signature you provided.\n\nThe Canonical String"
                            + " for this request should have been\n'" + signature.canonical(request) + "'");
        }
        if (principal.ended(System.nanoTime())) {
            return Checked.refused(400, EXPIRED, "The security token included in the request is expired");
        }
        return new Checked(principal, null);
    }
}
