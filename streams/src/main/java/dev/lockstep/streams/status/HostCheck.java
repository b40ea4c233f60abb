package dev.lockstep.streams.status;

import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keeps web pages of others away from a server that only this machine may ask: a page whose name is made to resolve to
 * 127.0.0.1 has the browser send its own name as Host. Any port will do, since an SSH tunnel has another one.
 */
final class HostCheck {
    private static final Set<String> OURS = Set.of("localhost", "127.0.0.1", "[::1]");

    private final boolean loopback;

    HostCheck(boolean loopback) {
        this.loopback = loopback;
    }

    boolean allows(@Nullable String host) {
        if (!loopback) {
            return true;
        }
        return host != null && OURS.contains(host.replaceFirst(":\\d+$", "").toLowerCase(Locale.ROOT));
    }
}
