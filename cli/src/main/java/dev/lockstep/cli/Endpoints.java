package dev.lockstep.cli;

import java.util.Locale;
import java.util.Optional;

/** Where services are, if not at AWS: as the SDK is told it, by the environment or the JVM's properties. */
final class Endpoints {
    private Endpoints() {}

    /** @param service as in {@code AWS_ENDPOINT_URL_DYNAMODB}, or {@code aws.endpointUrlDynamodb} */
    static Optional<String> ofService(String service) {
        String property =
                "aws.endpointUrl" + service.charAt(0) + service.substring(1).toLowerCase(Locale.ROOT);
        return Optional.ofNullable(System.getProperty(property))
                .or(() -> Optional.ofNullable(System.getenv("AWS_ENDPOINT_URL_" + service)))
                .filter(url -> !url.isBlank());
    }
}
