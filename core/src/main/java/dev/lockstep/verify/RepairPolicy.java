package dev.lockstep.verify;

import dev.lockstep.table.Item;
import dev.lockstep.verify.Discrepancy.Kind;
import java.math.BigDecimal;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * What a repair may write.
 *
 * @param kinds the kinds of discrepancy to mend; none means that nothing is written
 * @param versionAttribute names an attribute that grows with each change of an item: a replica's item with a higher value
 *     than the primary's is left alone
 */
public record RepairPolicy(Set<Kind> kinds, Optional<String> versionAttribute) {
    public static final RepairPolicy NOTHING = new RepairPolicy(Set.of(), Optional.empty());
    public static final RepairPolicy EVERYTHING = new RepairPolicy(Set.of(Kind.values()), Optional.empty());

    public boolean writes() {
        return !kinds.isEmpty();
    }

    /** Whether the replica's item is newer by its version, or cannot be shown not to be. */
    boolean replicaIsNewer(@Nullable Item primary, @Nullable Item replica) {
        if (versionAttribute.isEmpty() || primary == null || replica == null) {
            return false;
        }
        AttributeValue ours = replica.attributes().get(versionAttribute.get());
        AttributeValue theirs = primary.attributes().get(versionAttribute.get());
        return ours != null && !(theirs != null && atMost(ours, theirs));
    }

    private static boolean atMost(AttributeValue a, AttributeValue b) {
        if (a.n() != null && b.n() != null) {
            return new BigDecimal(a.n()).compareTo(new BigDecimal(b.n())) <= 0;
        }
        return a.s() != null && b.s() != null && a.s().compareTo(b.s()) <= 0;
    }
}
