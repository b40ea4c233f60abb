package dev.lockstep.streams.status;

import dev.lockstep.InvalidSettingsException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where the status is served.
 *
 * @param host an address or name of this machine
 * @param port 0: any that is free
 */
public record Bind(String host, int port) {
    private static final Pattern FORM = Pattern.compile("(?:(\\[[^\\]]+]|[^:\\[\\]]+):)?(\\d{1,5})");
    private static final String LOOPBACK = "127.0.0.1";

    public Bind {
        if (port < 0 || port > 65_535) {
            throw invalid(host + ":" + port);
        }
    }

    /** Of this machine only: the page has no password. */
    public static Bind loopback(int port) {
        return new Bind(LOOPBACK, port);
    }

    /** Reads {@code 8080} (this machine only), {@code 0.0.0.0:8080} or {@code [::]:8080}. */
    public static Bind parse(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw invalid(text);
        }
        String host = form.group(1) == null ? LOOPBACK : form.group(1).replaceAll("[\\[\\]]", "");
        return new Bind(host, Integer.parseInt(form.group(2)));
    }

    private static InvalidSettingsException invalid(String text) {
        return new InvalidSettingsException(
                "status page", text, "this is no place to listen at", "Say a port, as 8080, or 0.0.0.0:8080");
    }

    InetSocketAddress address() throws UnknownHostException {
        return new InetSocketAddress(InetAddress.getByName(host), port);
    }
}
