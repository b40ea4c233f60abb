package dev.lockstep.backup;

import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Whether a change log has every change that was made between two instants.
 *
 * @param gaps where it has not
 */
public record Lineage(String log, Instant from, Instant to, List<LogGap> gaps) {
    public Lineage {
        gaps = List.copyOf(gaps);
    }

    public boolean whole() {
        return gaps.isEmpty();
    }

    /** The gaps as faults of a source. */
    public List<DamagedException> faults() {
        return gaps.stream()
                .map(gap -> new DamagedException(log, "the change log has a gap: " + gap.text()))
                .toList();
    }

    /** One sentence for all gaps. */
    public String text() {
        return whole()
                ? "whole from " + from + " to " + to
                : gaps.stream().map(LogGap::text).collect(Collectors.joining("; "));
    }
}
