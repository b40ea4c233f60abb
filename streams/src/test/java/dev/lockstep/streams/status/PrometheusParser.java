package dev.lockstep.streams.status;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads Prometheus' text format 0.0.4, and refuses what a scraper refuses or an exporter should not write: a metric without
 * HELP and TYPE or with two, samples apart from their metric, a sample twice, wrong names, wrong escapes.
 */
final class PrometheusParser {
    private static final Pattern NAME = Pattern.compile("[a-zA-Z_:][a-zA-Z0-9_:]*");
    private static final Pattern HELP = Pattern.compile("# HELP (\\S+) ((?:[^\\\\]|\\\\\\\\|\\\\n)+)");
    private static final Pattern TYPE = Pattern.compile("# TYPE (\\S+) (counter|gauge|histogram)");
    private static final Pattern SAMPLE =
            Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(.*)})? (-?[0-9.]+|\\+Inf|-Inf|NaN)");
    private static final Pattern LABEL =
            Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\"\\\\]|\\\\\\\\|\\\\\"|\\\\n)*)\"(,|$)");

    private final Map<String, String> types = new LinkedHashMap<>();
    private final Map<String, Double> samples = new LinkedHashMap<>();
    private String helped = "";
    private String metric = "";

    static PrometheusParser parse(String text) {
        PrometheusParser parser = new PrometheusParser();
        assertThat(text).endsWith("\n").doesNotContain("\r");
        text.substring(0, text.length() - 1).lines().forEach(parser::line);
        return parser;
    }

    private void line(String line) {
        Matcher help = HELP.matcher(line);
        Matcher type = TYPE.matcher(line);
        if (help.matches()) {
            helped = help.group(1);
        } else if (type.matches()) {
            metric = type.group(1);
            assertThat(metric).as("TYPE comes after HELP").isEqualTo(helped).matches(NAME);
            assertThat(types.put(metric, type.group(2))).as("%s twice", metric).isNull();
            if (type.group(2).equals("counter")) {
                assertThat(metric).endsWith("_total");
            }
        } else {
            sample(line);
        }
    }

    private void sample(String line) {
        Matcher sample = SAMPLE.matcher(line);
        assertThat(sample.matches()).as("no sample: %s", line).isTrue();
        String name = sample.group(1);
        String owner = "histogram".equals(types.get(metric)) ? name.replaceFirst("_(bucket|sum|count)$", "") : name;
        assertThat(owner).as("of the metric above").isEqualTo(metric);
        Map<String, String> labels = labels(sample.group(2) == null ? "" : sample.group(2), line);
        String value = sample.group(3);
        Double number = value.equals("+Inf") ? Double.POSITIVE_INFINITY : Double.valueOf(value);
        assertThat(samples.put(name + labels, number)).as("twice: %s", line).isNull();
    }

    private static Map<String, String> labels(String text, String line) {
        Map<String, String> labels = new TreeMap<>();
        Matcher label = LABEL.matcher(text);
        int end = 0;
        while (end < text.length()) {
            assertThat(label.find(end) && label.start() == end)
                    .as("labels: %s", line)
                    .isTrue();
            labels.put(label.group(1), unescaped(label.group(2)));
            end = label.end();
        }
        return labels;
    }

    private static String unescaped(String text) {
        return Pattern.compile("\\\\(.)")
                .matcher(text)
                .replaceAll(m -> Matcher.quoteReplacement(m.group(1).equals("n") ? "\n" : m.group(1)));
    }

    Map<String, String> types() {
        return types;
    }

    /** By name and labels, as {@code name{a=b, c=d}}; without labels {@code name{}}. */
    Map<String, Double> samples() {
        return samples;
    }
}
