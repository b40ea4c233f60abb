package dev.lockstep.cli.credentials;

import dev.lockstep.CancelledException;
import dev.lockstep.LockstepException;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;

/**
 * Credentials that end, and are replaced by new ones before that; without a thread of its own, by a caller in passing.
 *
 * <p>In the last quarter of their life, at most its last five minutes, one caller renews them while the others go on with the old ones. If
 * that fails the old ones serve on and it is tried again, until they end; only then do callers wait, and fail. All times are relative
 * to how long the credentials were issued for, so sessions of seconds work like those of hours, and this machine's clock may be wrong.
 *
 * <p>Thread-safe.
 */
final class Session implements AwsCredentialsProvider {
    /**
     * What was issued.
     *
     * @param life how long it is good for, from the moment it was asked for
     */
    record Issued(AwsSessionCredentials credentials, Duration life) {
        @Override
        public String toString() {
            return "Issued for " + life;
        }
    }

    private static final long AHEAD = Duration.ofMinutes(5).toNanos();
    private static final long MARGIN = Duration.ofSeconds(10).toNanos();
    private static final long PAUSE = Duration.ofSeconds(30).toNanos();
    /** Those who waited for an attempt that failed share its failure. */
    private static final long SHARED = Duration.ofSeconds(1).toNanos();

    private final String name;
    private final Supplier<Issued> issuer;
    private final Consumer<String> warnings;
    private final LongSupplier clock;
    private final ReentrantLock renewing = new ReentrantLock();
    private volatile @Nullable Held held;
    private volatile @Nullable Failure failure;
    /** Both only by who holds the lock: whether a service refused the last credentials, and since when those in their place are held. */
    private boolean refused;

    private long replacement = Long.MIN_VALUE;

    /** What is held, and its times by the clock. */
    private record Held(
            AwsSessionCredentials credentials, long since, long life, long renewFrom, long until, boolean warned) {
        static Held of(Issued issued, long since) {
            long life = issued.life().toNanos();
            return new Held(
                    issued.credentials(),
                    since,
                    life,
                    since + life - Math.min(AHEAD, life / 4),
                    since + life - Math.min(MARGIN, life / 20),
                    false);
        }

        Held later(long now) {
            return new Held(credentials, since, life, now + Math.min(PAUSE, life / 20), until, true);
        }

        Held ended(long now) {
            return new Held(credentials, since, life, now, now, warned);
        }
    }

    private record Failure(LockstepException what, long at) {}

    /**
     * @param name what it is a session of, for messages
     * @param issuer asks for credentials; is called by one thread at a time
     */
    Session(String name, Supplier<Issued> issuer, Consumer<String> warnings, LongSupplier clock) {
        this.name = name;
        this.issuer = issuer;
        this.warnings = warnings;
        this.clock = clock;
    }

    @Override
    public AwsCredentials resolveCredentials() {
        Held now = held;
        long time = clock.getAsLong();
        if (now == null || time - now.until >= 0) {
            return renewed().credentials;
        }
        if (time - now.renewFrom >= 0 && renewing.tryLock()) {
            try {
                return ahead(now).credentials;
            } finally {
                renewing.unlock();
            }
        }
        return now.credentials;
    }

    /** Renews what is still good; keeps it where that fails. */
    private Held ahead(Held old) {
        Held now = held;
        if (now != old && now != null) {
            return now;
        }
        try {
            return issue();
        } catch (CancelledException e) {
            throw e;
        } catch (LockstepException e) {
            if (!old.warned) {
                warnings.accept(name + " could not be renewed yet, its old session still serves: " + e.getMessage());
            }
            Held kept = old.later(clock.getAsLong());
            held = kept;
            return kept;
        }
    }

    /** Waits for new credentials. */
    private Held renewed() {
        long asked = clock.getAsLong();
        try {
            renewing.lockInterruptibly();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancelledException("sign in", "as " + name);
        }
        try {
            Held now = held;
            if (now != null && clock.getAsLong() - now.until < 0) {
                return now;
            }
            Failure last = failure;
            if (last != null && last.at - asked > 0 && clock.getAsLong() - last.at < SHARED) {
                throw last.what;
            }
            return issue();
        } finally {
            renewing.unlock();
        }
    }

    private Held issue() {
        long since = clock.getAsLong();
        try {
            Held now = Held.of(issuer.get(), since);
            if (refused) {
                replacement = since;
                refused = false;
            }
            held = now;
            return now;
        } catch (CancelledException e) {
            throw e;
        } catch (LockstepException e) {
            failure = new Failure(e, clock.getAsLong());
            throw e;
        }
    }

    /**
     * A service said that the credentials with this key have ended. The next call gets others, unless they were themselves got for refused ones
     * just now: then others would be refused as well.
     */
    void refused(String accessKeyId) {
        renewing.lock();
        try {
            Held now = held;
            long time = clock.getAsLong();
            if (now != null
                    && now.credentials.accessKeyId().equals(accessKeyId)
                    && !(now.since == replacement && time - now.since < now.life / 10)) {
                held = now.ended(time);
                refused = true;
            }
        } finally {
            renewing.unlock();
        }
    }

    @Override
    public String toString() {
        return "Session of " + name;
    }
}
