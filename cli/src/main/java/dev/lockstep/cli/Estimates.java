package dev.lockstep.cli;

import dev.lockstep.backup.Merged;
import dev.lockstep.capacity.Estimate;
import dev.lockstep.capacity.Estimate.Share;
import dev.lockstep.cli.BudgetOptions.Rates;
import dev.lockstep.table.DynamoTable;
import dev.lockstep.table.PacedTable;
import dev.lockstep.table.Table;
import dev.lockstep.table.TableRef;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import software.amazon.awssdk.services.dynamodb.model.TableDescription;

/** The estimates of the commands that can tell before they run what they will cost. */
final class Estimates {
    private static final String REPAIRS = "repairs, whose number is not known before: each costs about four strong"
            + " reads and a conditional write";
    private static final String INDEXES =
            "what the secondary indexes of the tables written to cost, which DynamoDB adds to each write";

    private static final String COUNTED = "by DynamoDB's own count, which may be six hours old";
    private static final String READ = "all of the source was read";

    private Estimates() {}

    /** @param fraction the part of the tables that is read */
    static Estimate diff(PacedTable primary, List<PacedTable> replicas, double fraction, boolean repairs) {
        List<Share> shares = Stream.concat(Stream.of(primary), replicas.stream())
                .map(table -> share(table, scan(table, fraction, false), 0))
                .toList();
        return of(primary, fraction, shares, repairs ? List.of(REPAIRS) : List.of());
    }

    /**
     * A table that is to be written, whether it is there or is to be made.
     *
     * @param description of what it is, or of what it is to be made like
     */
    record Destination(String name, Rates rates, TableDescription description) {
        static Destination of(DynamoTable table, BudgetOptions budget) {
            return new Destination(table.name(), budget.rates(table), table.description());
        }

        /** @param model what describes it, for people */
        static Destination missing(TableRef table, String model, TableDescription like, BudgetOptions budget) {
            return new Destination(table.text(), budget.planned(table, model, like), like);
        }

        private boolean indexed() {
            return description.hasGlobalSecondaryIndexes() || description.hasLocalSecondaryIndexes();
        }

        private Share share(double readUnits, double writeUnits) {
            return new Share(name, readUnits, writeUnits, rates.reads(), rates.writes());
        }
    }

    /** @param looks whether each table is looked at first, to see that it is empty */
    static Estimate copy(PacedTable primary, List<Destination> tables, double fraction, boolean looks) {
        Table.Size size = primary.size();
        double writes = Estimate.writes(size.items() * fraction, size.bytes() * fraction);
        List<Share> shares = new ArrayList<>();
        shares.add(share(primary, scan(primary, fraction, false), 0));
        tables.forEach(table -> shares.add(table.share(looks ? 1 : 0, writes)));
        boolean indexed = tables.stream().anyMatch(Destination::indexed);
        return of(primary, fraction, shares, indexed ? List.of(INDEXES) : List.of());
    }

    static Estimate backup(PacedTable table, double fraction, boolean strong) {
        return of(table, fraction, List.of(share(table, scan(table, fraction, strong), 0)), List.of());
    }

    /**
     * @param there empty where it is not made yet
     * @param weight what the source holds; it is exact, unlike the table's own figures
     */
    static Estimate restore(Destination table, Optional<DynamoTable> there, Merged.Weight weight) {
        double look = there.map(t -> scan(t, 1, true)).orElse(1.0);
        boolean holds = there.map(t -> t.size().items() > 0).orElse(false);
        List<String> without = new ArrayList<>();
        if (holds) {
            without.add("the looks at each item that differs (about three strong reads); and what is right already"
                    + " is not written");
        }
        if (table.indexed()) {
            without.add(INDEXES);
        }
        return new Estimate(
                weight.items(), weight.bytes(), READ, List.of(table.share(look, weight.writeUnits())), without);
    }

    private static Estimate of(PacedTable read, double fraction, List<Share> shares, List<String> without) {
        Table.Size size = read.size();
        return new Estimate(
                Math.round(size.items() * fraction), Math.round(size.bytes() * fraction), COUNTED, shares, without);
    }

    private static double scan(Table table, double fraction, boolean strong) {
        return Estimate.scan(table.size().bytes() * fraction, strong);
    }

    static Share share(PacedTable table, double reads, double writes) {
        return new Share(
                table.name(), reads, writes, table.readRate(), table.writes().rate());
    }
}
