package dev.lockstep.demo;

import dev.lockstep.InvalidSettingsException;
import java.util.function.IntFunction;

/** Starts servers on the ports that the user named. */
final class Ports {
    private static final int LAST = 65_535;

    private Ports() {}

    /**
     * @param option which names the port
     * @param port 0 for a free one
     * @throws InvalidSettingsException where there is no such port, or it is taken
     */
    static <T> T start(String option, int port, IntFunction<T> server) {
        String subject = option + " " + port;
        if (port < 0 || port > LAST) {
            throw new InvalidSettingsException("check", subject, "no such port", "Name one from 0 (any free) to 65535");
        }
        try {
            return server.apply(port);
        } catch (IllegalStateException e) {
            String problem = String.valueOf(e.getMessage());
            throw new InvalidSettingsException("start", subject, problem, "Name another port, or 0 for a free one");
        }
    }
}
