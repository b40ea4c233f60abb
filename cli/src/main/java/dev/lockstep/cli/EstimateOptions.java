package dev.lockstep.cli;

import dev.lockstep.capacity.Estimate;
import dev.lockstep.capacity.Prices;
import dev.lockstep.capacity.Usage;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Collection;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What a job will cost, before it; and after it, how good that was. */
final class EstimateOptions {
    private static final String NO_TIME = "as fast as the tables answer; there is no budget (--max-rcu, --max-wcu)";
    private static final int PERCENT = 100;

    @Option(
            names = "--estimate",
            description = "Tell what the run would read, write, cost and take at this budget, and do nothing.")
    boolean only;

    @Option(
            names = "--prices",
            paramLabel = "READ,WRITE",
            converter = Converter.class,
            description = "Dollars for a million read units and for a million write units, for the estimate (default:"
                    + " 0.125,0.625, on demand in us-east-1).")
    Prices prices = Prices.ON_DEMAND;

    static final class Converter implements ITypeConverter<Prices> {
        private static final Pattern FORM = Pattern.compile("(\\d+(?:\\.\\d+)?),(\\d+(?:\\.\\d+)?)");

        @Override
        public Prices convert(String text) {
            Matcher m = FORM.matcher(text);
            if (!m.matches()) {
                throw new TypeConversionException("'" + text + "' is not two prices such as 0.125,0.625");
            }
            return new Prices(Double.parseDouble(m.group(1)), Double.parseDouble(m.group(2)));
        }
    }

    /** Prints the estimate instead of doing the job; returns the exit status. */
    int print(Console console, Estimate estimate) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.set("estimate", json(estimate));
        console.print(json, () -> text(estimate));
        return 0;
    }

    private ObjectNode json(Estimate estimate) {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("items", estimate.items())
                .put("bytes", estimate.bytes())
                .put("readUnits", rounded(estimate.readUnits()))
                .put("writeUnits", rounded(estimate.writeUnits()))
                .put("dollars", dollars(estimate))
                .put("dollarsPerMillionReadUnits", prices.reads())
                .put("dollarsPerMillionWriteUnits", prices.writes());
        estimate.seconds()
                .ifPresentOrElse(seconds -> json.put("seconds", rounded(seconds)), () -> json.putNull("seconds"));
        ObjectNode tables = json.putObject("tables");
        estimate.shares()
                .forEach(share -> tables.putObject(share.table())
                        .put("readUnits", rounded(share.readUnits()))
                        .put("writeUnits", rounded(share.writeUnits())));
        return json;
    }

    private static BigDecimal rounded(double units) {
        return BigDecimal.valueOf(units).setScale(1, RoundingMode.HALF_UP);
    }

    private double dollars(Estimate estimate) {
        return BigDecimal.valueOf(prices.dollars(estimate.readUnits(), estimate.writeUnits()))
                .setScale(6, RoundingMode.HALF_UP)
                .doubleValue();
    }

    private String text(Estimate estimate) {
        StringBuilder text = new StringBuilder();
        text.append(String.format(
                Locale.ROOT,
                "estimate: %,d items, %,d bytes (%s)%n",
                estimate.items(),
                estimate.bytes(),
                estimate.basis()));
        estimate.shares()
                .forEach(share -> text.append(String.format(
                        Locale.ROOT,
                        "  %s: %,.1f read units, %,.1f write units%n",
                        share.table(),
                        share.readUnits(),
                        share.writeUnits())));
        text.append(String.format(
                Locale.ROOT,
                "  cost: %,.6f dollars at %s for a million read units and %s for a million write units (--prices)%n",
                dollars(estimate),
                plain(prices.reads()),
                plain(prices.writes())));
        text.append("  time: ").append(time(estimate));
        estimate.without().forEach(line -> text.append(String.format("%n  not in it: %s", line)));
        return text.append(String.format("%nNothing was done.")).toString();
    }

    private static String plain(double price) {
        return BigDecimal.valueOf(price).stripTrailingZeros().toPlainString();
    }

    private static String time(Estimate estimate) {
        return estimate.seconds().isEmpty()
                ? NO_TIME
                : String.format(
                        Locale.ROOT,
                        "%,.0f s at this budget",
                        Math.ceil(estimate.seconds().getAsDouble()));
    }

    /** Adds the estimate to a result, and how it compares with what was: 1 where it was right, above where it was more. */
    void addTo(ObjectNode result, Estimate estimate, long items, Collection<Usage> used) {
        ObjectNode json = json(estimate);
        ObjectNode ratio = json.putObject("ratio");
        put(ratio, "items", items, estimate.items());
        put(ratio, "readUnits", reads(used), estimate.readUnits());
        put(ratio, "writeUnits", writes(used), estimate.writeUnits());
        result.set("estimate", json);
    }

    private static void put(ObjectNode json, String name, double actual, double estimated) {
        if (estimated == 0) {
            json.putNull(name);
        } else {
            json.put(name, BigDecimal.valueOf(actual / estimated).setScale(3, RoundingMode.HALF_UP));
        }
    }

    /** The same as a line for people. */
    String compared(Estimate estimate, long items, Collection<Usage> used) {
        return String.format(
                Locale.ROOT,
                "%n  estimated before: %s, %s, %s",
                compared("items", items, estimate.items()),
                compared("read units", reads(used), estimate.readUnits()),
                compared("write units", writes(used), estimate.writeUnits()));
    }

    private static String compared(String what, double actual, double estimated) {
        String part = estimated == 0
                ? actual == 0 ? "" : String.format(Locale.ROOT, " (it was %,.1f)", actual)
                : String.format(Locale.ROOT, " (it was %,.0f %% of that)", PERCENT * actual / estimated);
        return String.format(Locale.ROOT, what.equals("items") ? "%,.0f %s%s" : "%,.1f %s%s", estimated, what, part);
    }

    private static double reads(Collection<Usage> used) {
        return used.stream().mapToDouble(Usage::readUnits).sum();
    }

    private static double writes(Collection<Usage> used) {
        return used.stream().mapToDouble(Usage::writeUnits).sum();
    }
}
