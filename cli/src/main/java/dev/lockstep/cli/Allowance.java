package dev.lockstep.cli;

import dev.lockstep.InvalidSettingsException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.TableDescription;

/**
 * Capacity units a second as users write them: {@code 500}, or {@code 50%} of what a table has.
 *
 * @param number units, or percent
 */
record Allowance(double number, boolean percent) {
    private static final Pattern FORM = Pattern.compile("(\\d{1,12}(?:\\.\\d+)?)(%?)");
    private static final double WHOLE = 100;

    /** Which of a table's two capacities. */
    enum Kind {
        READ("--max-rcu"),
        WRITE("--max-wcu");

        private final String option;

        Kind(String option) {
            this.option = option;
        }
    }

    static final class Converter implements ITypeConverter<Allowance> {
        @Override
        public Allowance convert(String text) {
            Matcher m = FORM.matcher(text);
            if (!m.matches() || !(Double.parseDouble(m.group(1)) > 0)) {
                throw new TypeConversionException(
                        "'" + text + "' is neither units a second above 0, such as 500, nor a part such as 50%");
            }
            return new Allowance(Double.parseDouble(m.group(1)), !m.group(2).isEmpty());
        }
    }

    /**
     * @param table what the description is of, for people
     * @throws InvalidSettingsException where it is a part of what the description does not tell
     */
    double units(String table, TableDescription description, Kind kind) {
        if (!percent) {
            return number;
        }
        Long whole = onDemand(description) ? limit(description, kind) : provisioned(description, kind);
        if (whole == null || whole <= 0) {
            throw new InvalidSettingsException(
                    "check",
                    kind.option + " " + this,
                    table + " is on demand without a maximum, so that there is nothing to take a part of",
                    "Say units a second, for example " + kind.option + " 500, or give the table a maximum throughput");
        }
        return whole * number / WHOLE;
    }

    private static boolean onDemand(TableDescription description) {
        return description.billingModeSummary() != null
                && description.billingModeSummary().billingMode() == BillingMode.PAY_PER_REQUEST;
    }

    private static @Nullable Long provisioned(TableDescription description, Kind kind) {
        var provisioned = description.provisionedThroughput();
        if (provisioned == null) {
            return null;
        }
        return kind == Kind.READ ? provisioned.readCapacityUnits() : provisioned.writeCapacityUnits();
    }

    /** What an on-demand table may use at most; it has that only if somebody said so. */
    private static @Nullable Long limit(TableDescription description, Kind kind) {
        var limit = description.onDemandThroughput();
        if (limit == null) {
            return null;
        }
        return kind == Kind.READ ? limit.maxReadRequestUnits() : limit.maxWriteRequestUnits();
    }

    @Override
    public String toString() {
        String text = number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
        return percent ? text + "%" : text;
    }
}
