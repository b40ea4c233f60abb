package dev.lockstep.cli;

import dev.lockstep.InvalidSettingsException;
import dev.lockstep.capacity.Pace;
import dev.lockstep.table.DynamoTable;
import dev.lockstep.table.PacedTable;
import dev.lockstep.table.Table;
import dev.lockstep.table.TableRef;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import software.amazon.awssdk.services.dynamodb.model.TableDescription;

/**
 * What the calls to each table may consume, and how large they may be. All tables of a command are called through what
 * {@link #reading} and {@link #writing} give, also those without a budget: all yield where the service throttles.
 */
final class BudgetOptions {
    /**
     * Units a second that the calls to one table may consume.
     *
     * @param reads {@link #UNLIMITED} where there is no budget
     * @param writes likewise
     */
    record Rates(double reads, double writes) {
        static final double UNLIMITED = Double.POSITIVE_INFINITY;
    }

    @Option(
            names = "--max-rcu",
            paramLabel = "N|P%%",
            converter = Allowance.Converter.class,
            description = "At most so many read units a second of each table, or this part of what is provisioned"
                    + " (default: no budget).")
    @Nullable
    Allowance reads;

    @Option(
            names = "--max-wcu",
            paramLabel = "N|P%%",
            converter = Allowance.Converter.class,
            description = "At most so many write units a second of each table, or this part of what is provisioned"
                    + " (default: no budget).")
    @Nullable
    Allowance writes;

    @Option(
            names = "--scan-limit",
            paramLabel = "N",
            description = "Items a page of a scan at most (default: as many as fit, and as the budget allows).")
    @Nullable
    Integer scanLimit;

    @Option(
            names = "--batch-read-limit",
            paramLabel = "N",
            description = "Keys a BatchGetItem at most, 1 to 100 (default: 100, and as the budget allows).")
    @Nullable
    Integer batchReadLimit;

    /** A table that is only read: what it may be written is not asked. */
    PacedTable reading(DynamoTable table) {
        return paced(table, table.description(), false);
    }

    PacedTable writing(DynamoTable table) {
        return writing(table, table.description());
    }

    List<PacedTable> writing(List<DynamoTable> tables) {
        return tables.stream().map(this::writing).toList();
    }

    /** The same for a table that is wrapped already, so that what wraps it acts when its turn has come. */
    PacedTable writing(Table table, TableDescription description) {
        return paced(table, description, true);
    }

    private PacedTable paced(Table table, TableDescription description, boolean written) {
        double read = units(reads, table.name(), description, Allowance.Kind.READ);
        double write = written ? units(writes, table.name(), description, Allowance.Kind.WRITE) : Rates.UNLIMITED;
        PacedTable paced = new PacedTable(table, new Pace(read), new Pace(write), sizes());
        table.usage().pace(paced::pacing);
        return paced;
    }

    /** Those of a table that is written. */
    Rates rates(DynamoTable table) {
        return rates(table.name(), table.description());
    }

    /**
     * Those of a table that is not there yet, so that whatever is wrong with them is told before it is made.
     *
     * @param like what it is to be made like
     */
    Rates planned(TableRef table, String model, TableDescription like) {
        return rates(table + ", which would be made like " + model + ",", like);
    }

    private Rates rates(String table, TableDescription description) {
        return new Rates(
                units(reads, table, description, Allowance.Kind.READ),
                units(writes, table, description, Allowance.Kind.WRITE));
    }

    private static double units(
            @Nullable Allowance allowed, String table, TableDescription description, Allowance.Kind kind) {
        return allowed == null ? Rates.UNLIMITED : allowed.units(table, description, kind);
    }

    private PacedTable.Sizes sizes() {
        if (scanLimit != null && scanLimit < 1) {
            throw new InvalidSettingsException("check", "--scan-limit", "it must be 1 or more", "");
        }
        if (batchReadLimit != null && (batchReadLimit < 1 || batchReadLimit > Table.MAX_READ)) {
            throw new InvalidSettingsException(
                    "check", "--batch-read-limit", "it must be between 1 and " + Table.MAX_READ, "");
        }
        return new PacedTable.Sizes(
                scanLimit == null ? 0 : scanLimit, batchReadLimit == null ? Table.MAX_READ : batchReadLimit);
    }
}
