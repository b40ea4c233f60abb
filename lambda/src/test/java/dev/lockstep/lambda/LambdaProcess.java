package dev.lockstep.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.lambda.runtime.api.client.AWSLambda;
import dev.lockstep.lambda.RuntimeApi.Answer;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A function in a process of its own, run by Lambda's own runtime interface client, with the libraries that are uploaded to
 * Lambda in a task root of its own, and the environment that Lambda would give it.
 */
final class LambdaProcess implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration SLICE = Duration.ofMillis(100);
    /** The function's own time-out where the test is not about it. */
    static final Duration USUAL = Duration.ofSeconds(120);

    private static final class TaskRoot {
        static final Path PATH = make();

        /** As the package is laid out, which the module's own build makes of the same list. */
        private static Path make() {
            try {
                Path root = Files.createTempDirectory(Path.of("target"), "task");
                Path lib = Files.createDirectory(root.resolve("lib"));
                String listed =
                        Files.readString(Path.of("target/runtime.classpath")).strip();
                List<Path> entries = new ArrayList<>(Arrays.stream(listed.split(File.pathSeparator))
                        .map(Path::of)
                        .toList());
                entries.add(Path.of("target/classes"));
                for (int i = 0; i < entries.size(); i++) {
                    Path entry = entries.get(i);
                    Path jar = lib.resolve(i + "-" + entry.getFileName() + (Files.isDirectory(entry) ? ".jar" : ""));
                    if (Files.isDirectory(entry)) {
                        jar(entry, jar);
                    } else {
                        Files.createSymbolicLink(jar, entry.toAbsolutePath());
                    }
                }
                return root.toAbsolutePath();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static void jar(Path folder, Path jar) throws IOException {
            try (OutputStream file = Files.newOutputStream(jar);
                    JarOutputStream out = new JarOutputStream(file);
                    Stream<Path> classes = Files.walk(folder)) {
                for (Path path : classes.filter(Files::isRegularFile).toList()) {
                    out.putNextEntry(new JarEntry(folder.relativize(path).toString()));
                    Files.copy(path, out);
                }
            }
        }
    }

    /**
     * The native part of Lambda's runtime. Left to itself each function writes it to the same place in /tmp, under the feet of
     * those that run.
     */
    private static final class NativeClient {
        private static final Path PATH = unpacked();

        private static Path unpacked() {
            String machine = System.getProperty("os.arch").equals("aarch64") ? "aarch_64" : "x86_64";
            String name = "/jni/libaws-lambda-jni.linux-" + machine + ".so";
            try (InputStream library = AWSLambda.class.getResourceAsStream(name)) {
                Path path = Files.createTempFile(Path.of("target").toAbsolutePath(), "lambda", ".so");
                path.toFile().deleteOnExit();
                Files.copy(Objects.requireNonNull(library, name), path, StandardCopyOption.REPLACE_EXISTING);
                return path;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private final RuntimeApi api = new RuntimeApi();
    private final Process process;
    private final Path output;

    private LambdaProcess(Class<?> handler, Map<String, String> environment) throws IOException {
        output = Files.createTempFile(Path.of("target"), "lambda", ".log");
        ProcessBuilder builder = new ProcessBuilder(
                System.getProperty("java.home") + "/bin/java",
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dcom.amazonaws.services.lambda.runtime.api.client.runtimeapi.NativeClient.JNI=" + NativeClient.PATH,
                "-cp",
                runtimeOfLambda(),
                "com.amazonaws.services.lambda.runtime.api.client.AWSLambda",
                handler.getName() + "::handleRequest");
        builder.directory(TaskRoot.PATH.toFile());
        builder.environment().clear();
        builder.environment().putAll(usual());
        builder.environment().putAll(environment);
        builder.redirectErrorStream(true).redirectOutput(output.toFile());
        process = builder.start();
    }

    static LambdaProcess start(Class<?> handler, Map<String, String> environment) {
        try {
            return new LambdaProcess(handler, environment);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Map<String, String> usual() {
        Map<String, String> usual = new HashMap<>();
        usual.put("AWS_LAMBDA_RUNTIME_API", api.address());
        usual.put("AWS_LAMBDA_FUNCTION_NAME", "f");
        usual.put("AWS_REGION", "us-east-1");
        usual.put("AWS_ACCESS_KEY_ID", "local");
        usual.put("AWS_SECRET_ACCESS_KEY", "local");
        usual.put("PATH", System.getenv("PATH"));
        return usual;
    }

    /** What is on Lambda's own side: not our libraries. */
    private static String runtimeOfLambda() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(path -> new File(path).getName().matches("(aws-lambda-java|utils-lite)-.*"))
                .collect(Collectors.joining(File.pathSeparator));
    }

    /** Hands the event to the function and waits for its answer. */
    Answer invoke(String event) {
        return invoke(event, USUAL);
    }

    Answer invoke(String event, Duration timeout) {
        api.offer(event, timeout);
        return answer();
    }

    /** The next answer, also one to the start itself. */
    Answer answer() {
        long end = System.nanoTime() + PATIENCE.toNanos();
        try {
            Answer answer = api.answer(SLICE);
            while (answer == null && process.isAlive() && System.nanoTime() < end) {
                answer = api.answer(SLICE);
            }
            assertThat(answer).as(() -> "no answer; the process said: " + log()).isNotNull();
            return answer;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The event is done, all of it. */
    void succeeds(String event) {
        assertThat(invoke(event)).as(this::log).isEqualTo(new Answer(false, "{\"batchItemFailures\":[]}"));
    }

    /** What the process wrote so far. */
    String log() {
        try {
            return Files.readString(output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The answer that makes Lambda send the event again from that record on. */
    static Answer from(String sequence) {
        return new Answer(false, "{\"batchItemFailures\":[{\"itemIdentifier\":\"" + sequence + "\"}]}");
    }

    @Override
    public void close() {
        process.destroyForcibly();
        api.close();
    }
}
