package dev.lockstep.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;

/**
 * Runs a job once without a kill, then kills it at one step after the other, each time goes on with it, and compares. Steps are
 * left out by {@code -Dlockstep.steps.stride} (1: none are).
 */
public final class EveryStep {
    private static final int STRIDE = Integer.getInteger("lockstep.steps.stride", 0);

    private EveryStep() {}

    /** One job, on fresh tables for each try. */
    public interface Try {
        /** Runs the job, or goes on with it; returns what is to be the same: counts, contents, findings. */
        Object run(Fuse fuse, Fuse.Kept kept);
    }

    public interface Tries {
        Try fresh();
    }

    /** @param stride as many steps are left out, less one, in the suite */
    public static void check(int stride, Tries tries) {
        Object undisturbed = tries.fresh().run(Fuse.none(), new Fuse.Kept());
        int kills = 0;
        for (long step = 0; ; step += STRIDE > 0 ? STRIDE : stride) {
            Try one = tries.fresh();
            Fuse.Kept kept = new Fuse.Kept();
            Fuse first = new Fuse(step);
            try {
                one.run(first, kept);
                break;
            } catch (Fuse.Killed e) {
                kills++;
            }
            Fuse second = Fuse.none();
            Object after = one.run(second, kept);
            assertThat(after).as("killed at step %d", step).isEqualTo(undisturbed);
            assertThat(kept.pages()).as("pages that are left").isEmpty();
            assertReadOnce(first, second, step);
        }
        assertThat(kills).isGreaterThan(5);
    }

    private static void assertReadOnce(Fuse first, Fuse second, long step) {
        Map<String, Long> again = new TreeMap<>();
        second.pages().keySet().forEach(page -> {
            if (first.pages().containsKey(page)) {
                again.merge(page.replaceAll("(?s) (null|\\{.*)$", ""), 1L, Long::sum);
            }
        });
        assertThat(again.values())
                .as("pages of a segment that are read twice, killed at step %d: %s", step, again)
                .allMatch(count -> count <= 1);
        assertThat(first.pages().values()).allMatch(count -> count == 1);
        assertThat(second.pages().values()).allMatch(count -> count == 1);
    }
}
