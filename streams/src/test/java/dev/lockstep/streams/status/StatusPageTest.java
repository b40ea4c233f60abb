package dev.lockstep.streams.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lockstep.streams.status.Status.Compared;
import dev.lockstep.streams.status.Status.DeadLetters;
import dev.lockstep.streams.status.Status.Phase;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The page in a real browser. */
class StatusPageTest {
    private static Browser browser;

    private Instant now = Statuses.NOW.minus(Duration.ofHours(1));
    private final History history = new History(() -> now);
    private volatile Statuses service = new Statuses();
    private volatile boolean broken;
    private StatusServer server;

    @BeforeAll
    static void open() {
        browser = new Browser();
    }

    @AfterAll
    static void quit() {
        if (browser != null) {
            browser.close();
        }
    }

    @BeforeEach
    void start() {
        while (now.isBefore(Statuses.NOW)) {
            now = now.plus(History.INTERVAL);
            history.observeLag(Duration.ofMillis(300), 20);
            history.sample(service.status());
        }
        server = StatusServer.start(
                new StatusServer.Settings(Bind.loopback(0)), this::status, history, () -> Statuses.NOW);
        browser.size(1280, 1000, false).console();
        browser.requests();
    }

    @AfterEach
    void close() {
        browser.leave(); // a page left open would go on asking, and the next test would see it
        server.close();
    }

    private Status status() {
        if (broken) {
            throw new IllegalStateException("broken");
        }
        history.observeLag(Duration.ofMillis(300));
        return service.status();
    }

    /** The page complained of nothing and asked nobody but its own server. */
    private void clean() {
        assertThat(browser.console()).isEmpty();
        String ours = "\"url\":\"" + server.uri();
        assertThat(browser.requests()).isNotEmpty().allMatch(request -> request.contains(ours));
    }

    private Browser page() {
        return browser.open(server.uri().toString()).sees("freshness", "As of");
    }

    @Test
    void one_glance_says_that_all_is_well() {
        page();
        assertThat(browser.text("headline")).isEqualTo("In step");
        assertThat(browser.text("detail")).isEqualTo("420 ms behind");
        assertThat(browser.title()).isEqualTo("✓ In step · orders-to-eu");
        assertThat(browser.text("tile-lag")).isEqualTo("420 ms");
        assertThat(browser.text("tile-shards")).isEqualTo("1 of 2");
        assertThat(browser.run("return document.getElementById('problems').hidden"))
                .isEqualTo(true);
        assertThat(browser.text("zone")).startsWith("Times are in ");
        clean();
    }

    @Test
    void trouble_is_the_headline_with_its_cause_below() {
        service = Statuses.failing();
        service.deadLetters =
                new DeadLetters(3, Optional.of("s3://audit/dead"), Optional.of(Statuses.NOW.minusSeconds(90)));
        page();
        assertThat(browser.text("headline")).isEqualTo("Not in step: orders-eu is away");
        assertThat(browser.text("problem-list"))
                .contains("the connection was refused", "3 min ago", "3 changes could not be written");
        assertThat(browser.rows("destinations").get(1))
                .containsSequence("orders-eu", "✕ away", "–", "1,234", "1,234,567", "1,200,000")
                .last()
                .asString()
                .contains("the connection was refused");
        assertThat(browser.text("dead-words")).contains("3 changes could not be written", "s3://audit/dead");
        clean();
    }

    @Test
    void the_first_copy_has_a_bar() {
        service = Statuses.copying();
        page();
        assertThat(browser.text("headline")).isEqualTo("Copying for the first time");
        assertThat(browser.text("copy-share")).isEqualTo("43 %");
        assertThat(browser.run("return document.getElementById('copy-bar').value"))
                .isEqualTo(43L);
        clean();
    }

    @Test
    void a_failure_says_why() {
        service.phase = Phase.FAILED;
        service.problem = Optional.of("the stream is gone");
        page();
        assertThat(browser.text("headline")).isEqualTo("Failed: replication has stopped");
        assertThat(browser.text("detail")).isEqualTo("the stream is gone");
        assertThat(browser.title()).startsWith("✕ Failed");
        clean();
    }

    @Test
    void what_is_not_there_yet_is_said() {
        service = Statuses.starting();
        page();
        assertThat(browser.text("shards-empty")).contains("No shards are known yet");
        assertThat(browser.text("verification-words")).contains("--verify-every");
        assertThat(browser.text("dead-words")).contains("None since this process started");
        assertThat(browser.text("tile-lag")).isEqualTo("not known");
        service.nextVerification = Optional.of(Duration.ofHours(3));
        browser.sees("verification-words", "This process has not compared yet. The next one is in 3 h.");
        clean();
    }

    @Test
    void shards_are_told_with_who_reads_them_and_those_read_to_their_end_are_counted() {
        page();
        assertThat(browser.rows("shards"))
                .containsExactly(
                        List.of(
                                "shardId-00000001700000000000-0a1b2c3d",
                                "✓ this process",
                                "420 ms",
                                "81,233",
                                "4611400000000012345678901"),
                        List.of(
                                "shardId-00000001700000000001-9f8e7d6c",
                                "worker-2",
                                "–",
                                "–",
                                "from the oldest change kept"));
        assertThat(browser.text("shards-ended")).isEqualTo("One more was read to its end.");
        clean();
    }

    @Test
    void a_comparison_tells_what_it_found_and_what_it_repaired() {
        service = Statuses.compared(
                new Compared("eu", 100, 1, 2, 3, 0, 6),
                new Compared("ap", 100, 0, 5, 0, 0, 1),
                new Compared("us", 100, 0, 0, 0, 2, 0));
        page();
        assertThat(browser.text("verification-words")).contains("11 differences found, 7 repaired", "in 21 h");
        assertThat(browser.rows("verification"))
                .containsExactly(
                        List.of("eu", "✓ repaired", "100", "1", "2", "3", "0", "6"),
                        List.of("ap", "✕ 4 left", "100", "0", "5", "0", "0", "1"),
                        List.of("us", "! equal but for the unsettled", "100", "0", "0", "0", "2", "0"));
        clean();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void both_plots_are_drawn_in_both_colour_schemes(boolean dark) {
        browser.size(1280, 1000, dark);
        page();
        for (String plot : List.of("lag-plot", "rate-plot")) {
            await().until(() -> (long) browser.run(drawn(plot)) > 100);
        }
        assertThat(browser.text("lag-legend")).contains("Worst 420 ms", "p99 300 ms", "p50 300 ms");
        clean();
    }

    /** How many pixels of a plot are of the thick line, which all plots have; 0 where nothing is drawn. */
    private static String drawn(String plot) {
        return """
                const canvas = document.querySelector('#%s canvas');
                if (!canvas) return 0;
                const hex = getComputedStyle(document.documentElement).getPropertyValue('--thick').trim();
                const [r, g, b] = [1, 3, 5].map(i => parseInt(hex.slice(i, i + 2), 16));
                const bytes = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
                let pixels = 0;
                for (let i = 0; i < bytes.length; i += 4) {
                  if (bytes[i] === r && bytes[i + 1] === g && bytes[i + 2] === b && bytes[i + 3] === 255) pixels++;
                }
                return pixels;""".formatted(plot);
    }

    @Test
    void names_and_messages_are_text_and_never_markup() {
        String bad = "<script>document.title='owned'</script><img src=x onerror=alert(1)>&amp;\"'";
        service = Statuses.failing();
        service.primary = bad;
        service.shards = List.of(Statuses.shard(bad, Optional.of(bad), false, bad));
        service.destinations = List.of(Statuses.destination(bad, Status.State.AWAY, 1, Optional.of(bad)));
        service.verification = Statuses.compared(new Compared(bad, 1, 1, 0, 0, 0, 0)).verification;
        service.deadLetters = new DeadLetters(1, Optional.of(bad), Optional.empty());
        service.problem = Optional.of(bad);
        page();
        assertThat(browser.text("headline")).isEqualTo("Not in step: " + bad + " is away");
        assertThat(browser.text("route")).contains(bad);
        assertThat(browser.rows("shards").get(0)).contains(bad);
        assertThat(browser.rows("destinations").get(0)).contains(bad);
        assertThat(browser.rows("verification").get(0)).contains(bad);
        assertThat(browser.run("return document.images.length + document.scripts.length"))
                .isEqualTo(2L);
        assertThat(browser.title()).startsWith("✕ Not in step");
        clean();
    }

    @Test
    void the_page_follows_the_service() {
        page();
        service = Statuses.failing();
        browser.sees("headline", "Not in step");
        service = new Statuses();
        browser.sees("headline", "In step");
        assertThat(browser.run("return document.querySelectorAll('#destinations tbody tr').length"))
                .isEqualTo(2L);
        clean();
    }

    @Test
    void only_the_state_is_read_aloud_not_each_figure() {
        page();
        assertThat(browser.run("return [...document.querySelectorAll('[aria-live=polite]')].map(e => e.id).join()"))
                .isEqualTo("headline");
        assertThat(browser.run("return [...document.querySelectorAll('tbody tr')].every(r => "
                        + "r.firstElementChild.tagName === 'TH' && r.firstElementChild.scope === 'row')"))
                .isEqualTo(true);
    }

    @Test
    void a_process_that_does_not_answer_any_more_is_told_with_the_time_of_its_last_answer() {
        page();
        clean();
        server.close();
        browser.sees("headline", "No answer since ");
        assertThat(browser.text("headline")).matches("No answer since \\d\\d:\\d\\d:\\d\\d");
        assertThat(browser.title()).startsWith("? No answer since");
        assertThat(browser.run("return document.body.classList.contains('stale')"))
                .isEqualTo(true);
    }

    @Test
    void a_process_that_was_started_anew_shows_its_own_history() {
        page();
        int port = server.uri().getPort();
        server.close();
        browser.sees("headline", "No answer since ");
        service = new Statuses();
        service.startedAt = Statuses.NOW;
        History fresh = new History(() -> Statuses.NOW);
        server = StatusServer.start(
                new StatusServer.Settings(Bind.loopback(port)), () -> service.status(), fresh, () -> Statuses.NOW);
        browser.sees("headline", "In step");
        await().until(() -> browser.run("return samples.at.length > 0 && samples.at.length < 100")
                .equals(true));
        assertThat(browser.run("return document.body.classList.contains('stale')"))
                .isEqualTo(false);
    }

    @Test
    void a_status_that_cannot_be_told_is_no_answer_with_its_reason() {
        page();
        broken = true;
        browser.sees("freshness", "The process says: the status cannot be told");
        assertThat(browser.text("headline")).startsWith("No answer since");
    }

    @ParameterizedTest
    @ValueSource(ints = {320, 375})
    void a_phone_shows_it_without_scrolling_sideways(int width) {
        service = Statuses.failing();
        service.verification = Statuses.compared(new Compared("x".repeat(200), 1, 1, 1, 1, 1, 1)).verification;
        browser.size(width, 800, true);
        page();
        await().until(() -> (long) browser.run(drawn("lag-plot")) > 100);
        assertThat((long) browser.run("return document.documentElement.scrollWidth"))
                .isLessThanOrEqualTo(width);
        assertThat((boolean) browser.run("const t = document.querySelector('#destinations').parentElement;"
                        + "return t.scrollWidth > t.clientWidth"))
                .isTrue();
        clean();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void all_text_has_enough_contrast(boolean dark) {
        browser.size(1280, 1000, dark);
        service = Statuses.failing();
        service.verification = Statuses.compared(
                        new Compared("eu", 1, 0, 1, 0, 0, 1), new Compared("us", 1, 0, 0, 0, 1, 0))
                .verification;
        service.deadLetters = new DeadLetters(1, Optional.empty(), Optional.of(Statuses.NOW));
        page();
        assertThat(browser.run(CONTRAST)).isEqualTo(List.of());
    }

    /** Texts whose contrast with what is behind them is below 4.5 (WCAG 2, AA). */
    private static final String CONTRAST = """
            const rgb = c => c.match(/[\\d.]+/g).map(Number);
            const light = c => {
              const [r, g, b] = c.map(v => v / 255).map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
              return .2126 * r + .7152 * g + .0722 * b;
            };
            const paper = e => {
              for (; e; e = e.parentElement) {
                const c = rgb(getComputedStyle(e).backgroundColor);
                if (c.length < 4 || c[3] > 0) return c.slice(0, 3);
              }
              return [255, 255, 255];
            };
            const poor = [];
            for (const e of document.querySelectorAll('body *')) {
              if (!e.offsetParent || ![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())) continue;
              const a = light(rgb(getComputedStyle(e).color).slice(0, 3)), b = light(paper(e));
              const contrast = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
              if (contrast < 4.5) poor.push(e.tagName + ' ' + e.textContent + ' ' + contrast.toFixed(2));
            }
            return poor;""";
}
