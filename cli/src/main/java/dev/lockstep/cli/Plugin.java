package dev.lockstep.cli;

import dev.lockstep.InvalidSettingsException;
import dev.lockstep.objects.Digest;
import dev.lockstep.table.ItemFilter;
import dev.lockstep.table.ItemTransformation;
import dev.lockstep.table.View;
import dev.lockstep.verify.ItemComparison;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.jar.JarFile;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The user's own filters, transformations and comparison, from a jar; for commands that compare or write tables. */
final class Plugin implements AutoCloseable {
    /** The option; without it everything is as it is. */
    static final class Choice {
        @Option(
                names = "--plugin",
                paramLabel = "JAR",
                description =
                        "Replicas should hold what this jar's ItemFilters keep of PRIMARY, as its"
                                + " ItemTransformations make it; its ItemComparison says what counts as equal. Its code is run.")
        @Nullable
        Path jar;

        Plugin open() {
            return jar == null ? new Plugin(null, View.WHOLE, ItemComparison.EXACT) : Plugin.load(jar);
        }

        boolean made() {
            return jar != null;
        }

        /** Another plugin makes another job of it, which cannot go on from this one's checkpoint. */
        void describe(Map<String, String> parameters) {
            if (jar == null) {
                return;
            }
            try {
                parameters.put("plugin", Digest.SHA256.hexOf(Files.readAllBytes(jar)));
            } catch (IOException e) {
                throw wrong(jar, "it cannot be read", "");
            }
        }
    }

    private final @Nullable URLClassLoader loader;
    private final View view;
    private final ItemComparison comparison;

    private Plugin(@Nullable URLClassLoader loader, View view, ItemComparison comparison) {
        this.loader = loader;
        this.view = view;
        this.comparison = comparison;
    }

    View view() {
        return view;
    }

    ItemComparison comparison() {
        return comparison;
    }

    private static Plugin load(Path jar) {
        URLClassLoader loader = new URLClassLoader(new URL[] {url(jar)}, Plugin.class.getClassLoader());
        try {
            List<ItemFilter> filters = found(loader, ItemFilter.class);
            List<ItemTransformation> transformations = found(loader, ItemTransformation.class);
            List<ItemComparison> comparisons = found(loader, ItemComparison.class);
            if (filters.isEmpty() && transformations.isEmpty() && comparisons.isEmpty()) {
                throw wrong(
                        jar,
                        "it names no filter, transformation or comparison",
                        "Name the classes in META-INF/services/ of the jar, in the files " + ItemFilter.class.getName()
                                + ", " + ItemTransformation.class.getName() + " or " + ItemComparison.class.getName());
            }
            if (comparisons.size() > 1) {
                throw wrong(jar, "it names several comparisons", "Only one can say what counts as equal");
            }
            return new Plugin(
                    loader,
                    new View(filters, transformations),
                    comparisons.isEmpty() ? ItemComparison.EXACT : comparisons.get(0));
        } catch (ServiceConfigurationError | LinkageError e) {
            close(loader);
            throw wrong(jar, "a class of it cannot be loaded: " + e.getMessage(), "");
        } catch (RuntimeException e) {
            close(loader);
            throw e;
        }
    }

    private static URL url(Path jar) {
        try (JarFile opened = new JarFile(jar.toFile())) {
            return Path.of(opened.getName()).toUri().toURL();
        } catch (IOException e) {
            throw wrong(jar, Files.exists(jar) ? "it is not a jar that can be read" : "there is no such file", "");
        }
    }

    /** What the jar names; not what the command's own class path may. */
    private static <T> List<T> found(URLClassLoader loader, Class<T> type) {
        return ServiceLoader.load(type, loader).stream()
                .filter(provider -> provider.type().getClassLoader() == loader)
                .map(ServiceLoader.Provider::get)
                .toList();
    }

    private static InvalidSettingsException wrong(Path jar, String problem, String hint) {
        return new InvalidSettingsException("load", "--plugin " + jar, problem, hint);
    }

    private static void close(@Nullable URLClassLoader loader) {
        if (loader != null) {
            try {
                loader.close();
            } catch (IOException e) {
                // Nothing was written to it.
            }
        }
    }

    @Override
    public void close() {
        close(loader);
    }
}
