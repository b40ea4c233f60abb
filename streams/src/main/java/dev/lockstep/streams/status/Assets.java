package dev.lockstep.streams.status;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The files of the page, by path. Read once, so that a jar that is replaced under a running service does not matter. */
final class Assets {
    private static final Map<String, String> FILES = Map.of(
            "/", "page.html",
            "/page.css", "page.css",
            "/page.js", "page.js",
            "/icon.svg", "icon.svg",
            "/uPlot.iife.min.js", "uPlot.iife.min.js",
            "/uPlot.min.css", "uPlot.min.css");

    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "svg", "image/svg+xml");

    private final Map<String, Answer> answers = new LinkedHashMap<>();

    Assets() {
        FILES.forEach((path, file) -> answers.put(path, new Answer(200, type(file), read(file))));
    }

    Optional<Answer> find(String path) {
        return Optional.ofNullable(answers.get(path));
    }

    private static String type(String file) {
        return TYPES.getOrDefault(file.substring(file.lastIndexOf('.') + 1), "application/octet-stream");
    }

    private static byte[] read(String file) {
        try (InputStream in = Assets.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalStateException("the jar lacks " + file);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
