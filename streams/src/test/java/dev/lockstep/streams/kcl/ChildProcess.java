package dev.lockstep.streams.kcl;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A {@link WorkerMain} that can be killed. */
final class ChildProcess implements AutoCloseable {
    private final Process process;
    private final Thread reader;
    private final List<String> lines = new CopyOnWriteArrayList<>();

    ChildProcess(Rig rig, String name, WorkerSettings.Start from, String mode) {
        this(rig, name, from, mode, null);
    }

    /** @param log where it logs at INFO; null for nowhere */
    ChildProcess(Rig rig, String name, WorkerSettings.Start from, String mode, Path log) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-Dslf4j.provider=org.slf4j." + (log == null ? "nop.NOP" : "simple.Simple") + "ServiceProvider",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                WorkerMain.class.getName(),
                rig.endpoint().toString(),
                rig.stream(),
                name,
                from.name(),
                mode));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.redirectError(log == null ? ProcessBuilder.Redirect.INHERIT : ProcessBuilder.Redirect.to(log.toFile()));
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        reader = new Thread(this::read, "child-output");
        reader.setDaemon(true);
        reader.start();
    }

    private void read() {
        try (BufferedReader reader =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                lines.add(line);
            }
        } catch (IOException e) {
            lines.add("broken");
        }
    }

    List<String> ids() {
        return lines.stream()
                .filter(line -> line.startsWith("id "))
                .map(line -> line.substring("id ".length()))
                .toList();
    }

    String worker() {
        return lines.stream()
                .filter(line -> line.startsWith("worker "))
                .findFirst()
                .orElseThrow()
                .substring("worker ".length());
    }

    boolean said(String start) {
        return lines.stream().anyMatch(line -> line.startsWith(start));
    }

    List<String> lines() {
        return List.copyOf(lines);
    }

    /** SIGTERM. By the handle: the process's own method closes its output, and what it said is lost. */
    void terminate() {
        process.toHandle().destroy();
    }

    boolean alive() {
        return process.isAlive();
    }

    /** SIGKILL; returns when all that it said is known. */
    void kill() {
        process.toHandle().destroyForcibly();
        process.onExit().join();
        try {
            reader.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        kill();
    }
}
