package dev.lockstep;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.local.LocalDynamo;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;

/** What the library promises: the example in the README, the surface in docs/library.md, Javadoc. */
class LibraryTest {
    private static final String IMPORTS = """
            import dev.lockstep.table.*;
            import dev.lockstep.verify.*;
            import java.nio.file.Path;
            import java.util.List;
            import java.util.Set;
            import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
            """;

    @TempDir
    Path folder;

    private static String example(String file) throws IOException {
        Matcher block = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(Path.of(file)));
        assertThat(block.find()).isTrue();
        return block.group(1);
    }

    @Test
    void the_example_in_the_readme_has_ten_lines_and_makes_a_masked_replica() throws Exception {
        String example = example("../README.md");
        assertThat(example.lines()).hasSizeLessThanOrEqualTo(10);
        String code =
                IMPORTS + "public class Example { public static void run(DynamoDbClient east, DynamoDbClient west) {\n"
                        + example.replace("\"journal\"", "\"" + folder.resolve("journal") + "\"") + "}}";
        Path source = Files.writeString(folder.resolve("Example.java"), code);
        assertThat(tool("javac", "-d", folder.toString(), "-cp", System.getProperty("java.class.path"), "" + source))
                .isEmpty();
        try (LocalDynamo one = LocalDynamo.start();
                LocalDynamo other = LocalDynamo.start();
                URLClassLoader loader =
                        new URLClassLoader(new URL[] {folder.toUri().toURL()})) {
            orders(one.client());
            orders(other.client());
            put(one.client(), Map.of("id", s("paid"), "paid_at", s("now"), "email", s("a@b")));
            put(one.client(), Map.of("id", s("open"), "email", s("a@b")));
            String first = printed(loader, one.client(), other.client());
            assertThat(first).contains("MISSING {\"id\":{\"S\":\"paid\"}}").contains("equal");
            assertThat(other.client().scan(r -> r.tableName("orders")).items())
                    .containsExactly(Map.of("id", s("paid"), "paid_at", s("now"), "email", s("***")));
        }
    }

    private static String printed(ClassLoader loader, DynamoDbClient east, DynamoDbClient west) throws Exception {
        PrintStream before = System.out;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        System.setOut(new PrintStream(out, true, UTF_8));
        try {
            loader.loadClass("Example")
                    .getMethod("run", DynamoDbClient.class, DynamoDbClient.class)
                    .invoke(null, east, west);
        } finally {
            System.setOut(before);
        }
        return out.toString(UTF_8);
    }

    private static AttributeValue s(String value) {
        return AttributeValue.fromS(value);
    }

    private static void orders(DynamoDbClient client) {
        client.createTable(r -> r.tableName("orders")
                .billingMode(BillingMode.PAY_PER_REQUEST)
                .keySchema(k -> k.attributeName("id").keyType(KeyType.HASH))
                .attributeDefinitions(a -> a.attributeName("id").attributeType(ScalarAttributeType.S)));
    }

    private static void put(DynamoDbClient client, Map<String, AttributeValue> item) {
        client.putItem(r -> r.tableName("orders").item(item));
    }

    @Test
    void javadoc_has_nothing_to_warn_of() throws Exception {
        assertThat(tool(
                        "javadoc",
                        "-quiet",
                        "-Xdoclint:all,-missing",
                        "-Werror",
                        "-d",
                        folder.resolve("api").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        "-sourcepath",
                        "src/main/java",
                        "-subpackages",
                        "dev.lockstep"))
                .isEmpty();
    }

    private static String tool(String name, String... arguments) {
        StringWriter told = new StringWriter();
        PrintWriter out = new PrintWriter(told);
        int status = ToolProvider.findFirst(name).orElseThrow().run(out, out, arguments);
        out.flush();
        return status == 0 && told.toString().isBlank() ? "" : "status " + status + ": " + told;
    }

    /**
     * The surface in api.txt is that of the types which docs/library.md lists: what changes there changes for users. A
     * member that needs a type which is not listed is not part of it.
     */
    @Test
    void the_surface_is_the_one_that_is_stated() throws Exception {
        Set<Class<?>> types = stated();
        List<String> surface = new ArrayList<>();
        for (Class<?> type : types) {
            assertThat(Modifier.isPublic(type.getModifiers()))
                    .as(type.getName())
                    .isTrue();
            surface.add(type.getName());
            members(type, types).forEach(member -> surface.add("    " + member));
        }
        Path written = Files.write(Path.of("target", "api.txt"), surface);
        assertThat(surface)
                .as("see " + written
                        + "; if it is meant, copy it to src/test/resources/api.txt and say so in CHANGELOG.md")
                .isEqualTo(Files.readAllLines(Path.of("src/test/resources/api.txt")));
    }

    /** In docs/library.md, after "The surface": a line a package, types in backquotes. */
    private static Set<Class<?>> stated() throws Exception {
        String page = Files.readString(Path.of("../docs/library.md"));
        Set<Class<?>> types = new TreeSet<>((a, b) -> a.getName().compareTo(b.getName()));
        Matcher line = Pattern.compile("^\\| `(dev\\.lockstep[a-z.]*)` \\| (.*) \\|$", Pattern.MULTILINE)
                .matcher(page.substring(page.indexOf("## The surface")));
        while (line.find()) {
            Matcher name = Pattern.compile("`(\\w+)`").matcher(line.group(2));
            while (name.find()) {
                Class<?> type = Class.forName(line.group(1) + "." + name.group(1));
                types.add(type);
                Arrays.stream(type.getDeclaredClasses())
                        .filter(c -> Modifier.isPublic(c.getModifiers()))
                        .forEach(types::add);
            }
        }
        return types;
    }

    private static Set<String> members(Class<?> type, Set<Class<?>> types) {
        Set<String> members = new TreeSet<>();
        Stream.of(type.getDeclaredConstructors(), type.getDeclaredMethods())
                .flatMap(Arrays::stream)
                .filter(m -> Modifier.isPublic(m.getModifiers()) && !m.isSynthetic())
                .filter(m -> Stream.of(m.getParameterTypes()).allMatch(t -> known(t, types)))
                .filter(m -> !(m instanceof Method method) || known(method.getReturnType(), types))
                .map(LibraryTest::signature)
                .forEach(members::add);
        Arrays.stream(type.getDeclaredFields())
                .filter(f -> Modifier.isPublic(f.getModifiers()) && known(f.getType(), types))
                .map(Field::toGenericString)
                .map(LibraryTest::shortened)
                .forEach(members::add);
        return members;
    }

    private static boolean known(Class<?> type, Set<Class<?>> types) {
        return !type.getName().startsWith("dev.lockstep") || types.contains(type);
    }

    private static String signature(Executable member) {
        return shortened(member.toGenericString());
    }

    private static String shortened(String text) {
        return text.replaceAll("\\b(?:[a-z_]\\w*\\.)+([A-Z])", "$1").replaceAll("^(public|abstract|final| )+", "");
    }
}
