package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.cli.Shell.Ran;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.jar.JarOutputStream;
import java.util.spi.ToolProvider;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** {@code --plugin}: a jar compiled here, of classes that the command does not know. */
class PluginTest {
    private static final String RULES = """
            package rules;
            import dev.lockstep.table.*;
            public class Rules {
                public static class Even implements ItemFilter {
                    public boolean keeps(Item item) {
                        return Integer.parseInt(item.attributes().get("n").n()) % 2 == 0;
                    }
                }
                public static class Masked implements ItemTransformation {
                    private final ItemTransformation masking = ItemTransformation.masking("***", "v");
                    public Item apply(Item item) { return masking.apply(item); }
                }
                public static class Lax implements dev.lockstep.verify.ItemComparison {
                    public boolean same(Item primary, Item replica) { return true; }
                }
            }
            """;
    private static final String TABLE = "dev.lockstep.table.";

    @TempDir
    static Path folder;

    private String primary = "";
    private String replica = "";

    @BeforeEach
    void tables() {
        primary = Server.filled("primary", 20, 50);
        replica = Server.create("replica");
    }

    /** A jar of the rules that names these services. */
    private static String jar(Map<String, String> services) throws IOException {
        Path classes = Files.createTempDirectory(folder, "classes");
        Path source = Files.writeString(classes.resolve("Rules.java"), RULES);
        assertThat(ToolProvider.findFirst("javac")
                        .orElseThrow()
                        .run(
                                System.out,
                                System.err,
                                "-d",
                                "" + classes,
                                "-cp",
                                System.getProperty("java.class.path"),
                                "" + source))
                .isZero();
        Path jar = classes.resolve("rules.jar");
        try (OutputStream out = Files.newOutputStream(jar);
                JarOutputStream entries = new JarOutputStream(out)) {
            for (Path file : Files.list(classes.resolve("rules")).toList()) {
                entries.putNextEntry(new ZipEntry("rules/" + file.getFileName()));
                Files.copy(file, entries);
            }
            for (Map.Entry<String, String> service : services.entrySet()) {
                entries.putNextEntry(new ZipEntry("META-INF/services/" + service.getKey()));
                entries.write(service.getValue().getBytes());
            }
        }
        return jar.toString();
    }

    private static String masking() throws IOException {
        Map<String, String> services = new LinkedHashMap<>();
        services.put(TABLE + "ItemFilter", "rules.Rules$Even");
        services.put(TABLE + "ItemTransformation", "rules.Rules$Masked");
        return jar(services);
    }

    private Ran diff(String... more) {
        String[] words = {
            "diff",
            Server.ref(primary),
            Server.ref(replica),
            "--settle",
            "0",
            "--output",
            "json",
            "--journal",
            folder.resolve("journal").toString()
        };
        String[] all = java.util.Arrays.copyOf(words, words.length + more.length);
        System.arraycopy(more, 0, all, words.length, more.length);
        return Shell.run(all);
    }

    @Test
    void a_copy_through_a_plugin_is_equal_to_its_primary_through_it() throws IOException {
        String jar = masking();
        Ran copy = Shell.run("copy", Server.ref(primary), Server.ref(replica), "--plugin", jar);
        assertThat(copy.status()).as(copy.err()).isZero();
        assertThat(Server.contents(replica).values())
                .hasSize(10)
                .allSatisfy(i -> assertThat(i).containsEntry("v", AttributeValue.fromS("***")));
        assertThat(diff("--plugin", jar).status()).isZero();
        assertThat(diff().status()).isEqualTo(1);
        Server.put(replica, java.util.List.of(Server.item(2, "a", 50), Server.item(3, "a", 50)));
        Ran repair = diff("--plugin", jar, "--repair");
        assertThat(repair.status()).as(repair.err()).isZero();
        assertThat(Server.contents(replica)).hasSize(10);
        assertThat(diff("--plugin", jar).status()).isZero();
    }

    @Test
    void a_comparison_says_what_is_equal() throws IOException {
        Server.put(replica, Server.contents(primary).values().stream().toList());
        Server.put(replica, java.util.List.of(Server.item(1, "other", 50)));
        assertThat(diff().status()).isEqualTo(1);
        assertThat(diff("--plugin", jar(Map.of("dev.lockstep.verify.ItemComparison", "rules.Rules$Lax")))
                        .status())
                .isZero();
    }

    @Test
    void a_jar_that_cannot_serve_is_refused_and_nothing_is_done() throws IOException {
        refused(folder.resolve("absent.jar").toString(), "no such file");
        refused(Files.writeString(folder.resolve("text.jar"), "text").toString(), "not a jar");
        refused(jar(Map.of()), "names no filter");
        refused(jar(Map.of(TABLE + "ItemFilter", "rules.Absent")), "cannot be loaded");
        refused(jar(Map.of(TABLE + "ItemFilter", "rules.Rules$Masked")), "cannot be loaded");
    }

    private void refused(String jar, String why) {
        Ran ran = Shell.run("copy", Server.ref(primary), Server.ref(replica), "--plugin", jar);
        assertThat(ran.status()).as(ran.err()).isEqualTo(2);
        assertThat(ran.err()).contains(why);
        assertThat(Server.contents(replica)).isEmpty();
    }

    @Test
    void a_folder_is_a_backup_of_the_table_as_it_is() throws IOException {
        for (String command : new String[] {"copy", "replicate"}) {
            Ran ran = Shell.run(command, Server.ref(primary), "s3://bucket/prefix", "--plugin", masking());
            assertThat(ran.status()).isEqualTo(2);
            assertThat(ran.err()).contains("backup of the table as it is");
        }
    }
}
