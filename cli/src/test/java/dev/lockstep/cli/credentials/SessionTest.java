package dev.lockstep.cli.credentials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.LockstepException;
import dev.lockstep.cli.credentials.Session.Issued;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;

class SessionTest {
    private final AtomicLong clock = new AtomicLong(-5);
    private final AtomicInteger issued = new AtomicInteger();
    private final List<String> warnings = new ArrayList<>();
    private volatile boolean away;

    private Issued issue(Duration life) {
        if (away) {
            throw new LockstepException("AssumeRole", "role", "Throttling", "", true, null);
        }
        String number = "" + issued.incrementAndGet();
        return new Issued(AwsSessionCredentials.create("key" + number, "secret" + number, "token" + number), life);
    }

    private Session lasting(Duration life) {
        return new Session("role", () -> issue(life), warnings::add, clock::get);
    }

    private void pass(Duration time) {
        clock.addAndGet(time.toNanos());
    }

    private static String key(Session session) {
        return session.resolveCredentials().accessKeyId();
    }

    @Test
    void an_hour_is_renewed_five_minutes_before_its_end_and_not_sooner() {
        Session session = lasting(Duration.ofHours(1));
        assertThat(key(session)).isEqualTo("key1");
        pass(Duration.ofMinutes(54));
        assertThat(key(session)).isEqualTo("key1");
        pass(Duration.ofMinutes(1));
        assertThat(key(session)).isEqualTo("key2");
        assertThat(key(session)).isEqualTo("key2");
    }

    @Test
    void two_seconds_are_renewed_in_their_last_quarter() {
        Session session = lasting(Duration.ofSeconds(2));
        key(session);
        pass(Duration.ofMillis(1_400));
        assertThat(key(session)).isEqualTo("key1");
        pass(Duration.ofMillis(200));
        assertThat(key(session)).isEqualTo("key2");
    }

    @Test
    void what_is_still_good_serves_on_while_it_cannot_be_renewed_and_that_is_said_once() {
        Session session = lasting(Duration.ofHours(1));
        key(session);
        away = true;
        pass(Duration.ofMinutes(56));
        assertThat(key(session)).isEqualTo("key1");
        pass(Duration.ofMinutes(3));
        assertThat(key(session)).isEqualTo("key1");
        assertThat(warnings).singleElement().asString().contains("role").contains("Throttling");
        away = false;
        pass(Duration.ofSeconds(30));
        assertThat(key(session)).isEqualTo("key2");
    }

    @Test
    void what_has_ended_is_never_handed_out() {
        Session session = lasting(Duration.ofHours(1));
        key(session);
        away = true;
        pass(Duration.ofMinutes(60));
        assertThatThrownBy(() -> key(session))
                .isInstanceOf(LockstepException.class)
                .hasMessageContaining("Throttling");
        away = false;
        assertThat(key(session)).isEqualTo("key2");
    }

    @Test
    void what_a_service_refuses_is_replaced_but_not_again_and_again() {
        Session session = lasting(Duration.ofHours(1));
        key(session);
        session.refused("key0");
        assertThat(key(session)).as("an older one was refused").isEqualTo("key1");
        session.refused("key1");
        assertThat(key(session)).isEqualTo("key2");
        pass(Duration.ofSeconds(5));
        session.refused("key2");
        assertThat(key(session)).as("others would be refused as well").isEqualTo("key2");
        pass(Duration.ofMinutes(10));
        session.refused("key2");
        assertThat(key(session)).isEqualTo("key3");
    }

    @Test
    void one_renews_while_the_others_go_on() throws Exception {
        CountDownLatch asking = new CountDownLatch(1);
        CountDownLatch answer = new CountDownLatch(1);
        Session session = new Session(
                "role",
                () -> {
                    if (issued.get() > 0) {
                        asking.countDown();
                        try {
                            assertThat(answer.await(30, TimeUnit.SECONDS)).isTrue();
                        } catch (InterruptedException e) {
                            throw new IllegalStateException(e);
                        }
                    }
                    return issue(Duration.ofHours(1));
                },
                warnings::add,
                clock::get);
        key(session);
        pass(Duration.ofMinutes(57));
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try {
            Future<String> renewing = thread.submit(() -> key(session));
            assertThat(asking.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(key(session)).isEqualTo("key1");
            answer.countDown();
            assertThat(renewing.get(30, TimeUnit.SECONDS)).isEqualTo("key2");
        } finally {
            thread.shutdownNow();
        }
    }

    @Test
    void nothing_that_it_says_of_itself_is_secret() {
        Session session = lasting(Duration.ofHours(1));
        key(session);
        assertThat(session + " " + issue(Duration.ofHours(1)))
                .doesNotContain("secret")
                .doesNotContain("token");
    }
}
