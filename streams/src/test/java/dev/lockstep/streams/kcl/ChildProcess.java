package dev.lockstep.streams.kcl;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/** A {@link WorkerMain} that can be killed. */
final class ChildProcess implements AutoCloseable {
    private final Process process;
    private final List<String> lines = new CopyOnWriteArrayList<>();

    ChildProcess(Rig rig, String name, WorkerSettings.Start from, String mode) {
        this(rig, name, from, mode, null, path -> true);
    }

    /** @param errors where its standard error, which is its log, goes; null for this process's */
    ChildProcess(Rig rig, String name, WorkerSettings.Start from, String mode, Path errors, Predicate<String> onPath) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                classPath(onPath),
                WorkerMain.class.getName(),
                rig.endpoint().toString(),
                rig.stream(),
                name,
                from.name(),
                mode));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.redirectError(
                errors == null ? ProcessBuilder.Redirect.INHERIT : ProcessBuilder.Redirect.to(errors.toFile()));
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread reader = new Thread(this::read, "child-output");
        reader.setDaemon(true);
        reader.start();
    }

    private static String classPath(Predicate<String> onPath) {
        String path = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        return String.join(
                File.pathSeparator,
                Arrays.stream(path.split(File.pathSeparator)).filter(onPath).toList());
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

    /** SIGTERM. */
    void terminate() {
        process.destroy();
    }

    boolean alive() {
        return process.isAlive();
    }

    /** SIGKILL. */
    void kill() {
        process.destroyForcibly();
        process.onExit().join();
    }

    @Override
    public void close() {
        kill();
    }
}
