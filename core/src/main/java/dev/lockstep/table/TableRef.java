package dev.lockstep.table;

import dev.lockstep.InvalidSettingsException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A table as a user writes it.
 *
 * <ul>
 *   <li>{@code us-east-1/orders} or {@code us-east-1:orders}: Region and table
 *   <li>{@code arn:aws:dynamodb:us-east-1:123456789012:table/orders}: a table of any account
 *   <li>{@code localhost:8000/orders}, {@code http://host:port/orders}: a table behind an endpoint
 *   <li>{@code us-east-1@https://host/orders}: the same, its requests signed for that Region
 *   <li>{@code local/orders}: DynamoDB Local at {@code http://localhost:8000}
 * </ul>
 *
 * @param text as the user wrote it; results and messages name the table so
 * @param region where the reference tells it
 * @param endpoint where the reference names one
 * @param name what the API is asked for: a table's name, or its ARN
 */
public record TableRef(String text, Optional<String> region, Optional<URI> endpoint, String name) {
    private static final int MAX_PORT = 65_535;
    private static final String NAME = "[A-Za-z0-9_.-]{3,255}";
    private static final Pattern ARN =
            Pattern.compile("arn:aws[a-z-]*:dynamodb:([a-z0-9-]+):\\d{12}:table/(" + NAME + ")");
    private static final Pattern URL =
            Pattern.compile("(https?://(?:[A-Za-z0-9_.-]+|\\[[0-9a-fA-F:]+])(?::\\d{1,5})?)/(" + NAME + ")");
    private static final Pattern HOST_PORT =
            Pattern.compile("((?:[A-Za-z0-9_.-]+|\\[[0-9a-fA-F:]+]):\\d{1,5})/(" + NAME + ")");
    private static final Pattern REGION = Pattern.compile("([a-z]{2,}(?:-[a-z]+)+-\\d+)[/:](" + NAME + ")");
    private static final Pattern SIGNED = Pattern.compile("([a-z]{2,}(?:-[a-z]+)+-\\d+)@(https?://.+)");
    private static final Pattern LOCAL = Pattern.compile("local/(" + NAME + ")");

    /** @throws InvalidSettingsException where the text is none of the forms above */
    public static TableRef parse(String text) {
        Matcher m = ARN.matcher(text);
        if (m.matches()) {
            return new TableRef(text, Optional.of(m.group(1)), Optional.empty(), text);
        }
        m = URL.matcher(text);
        if (m.matches()) {
            return at(text, m.group(1), m.group(2));
        }
        m = SIGNED.matcher(text);
        if (m.matches() && URL.matcher(m.group(2)).matches()) {
            TableRef there = parse(m.group(2));
            return new TableRef(text, Optional.of(m.group(1)), there.endpoint(), there.name());
        }
        m = LOCAL.matcher(text);
        if (m.matches()) {
            return at(text, "http://localhost:8000", m.group(1));
        }
        m = HOST_PORT.matcher(text);
        if (m.matches()) {
            return at(text, "http://" + m.group(1), m.group(2));
        }
        m = REGION.matcher(text);
        if (m.matches()) {
            return new TableRef(text, Optional.of(m.group(1)), Optional.empty(), m.group(2));
        }
        String table = text.substring(Math.max(text.lastIndexOf('/'), text.lastIndexOf(':')) + 1);
        throw malformed(
                text,
                table.matches(NAME)
                        ? "not a table reference"
                        : "no table has the name '" + table + "': it takes 3 to 255 letters, digits, '_', '-' or '.'");
    }

    private static TableRef at(String text, String endpoint, String name) {
        try {
            URI uri = new URI(endpoint).parseServerAuthority();
            if (uri.getPort() == 0 || uri.getPort() > MAX_PORT) {
                throw malformed(text, "no such port: " + uri.getPort());
            }
            return new TableRef(text, Optional.empty(), Optional.of(uri), name);
        } catch (URISyntaxException e) {
            throw malformed(text, "no such host or port");
        }
    }

    private static InvalidSettingsException malformed(String text, String problem) {
        return new InvalidSettingsException(
                "read",
                "table reference '" + text + "'",
                problem,
                "Write region/table (us-east-1/orders), an ARN, host:port/table, http://host:port/table or local/table");
    }

    /** The table's own name, without the ARN around it. */
    public String table() {
        return name.substring(name.lastIndexOf('/') + 1);
    }

    /** Whether an endpoint is on this machine, by its name alone. */
    public static boolean onThisMachine(URI endpoint) {
        String host = endpoint.getHost();
        return host != null
                && (host.equals("localhost") || host.matches("127(\\.\\d{1,3}){3}") || host.equals("[::1]"));
    }

    @Override
    public String toString() {
        return text;
    }
}
