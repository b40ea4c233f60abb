package dev.lockstep.demo;

import dev.lockstep.InvalidSettingsException;
import dev.lockstep.cli.Extension;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code lockstep local}: the demo's two servers and one for S3, to try commands on by hand. */
@Command(
        name = "local",
        mixinStandardHelpOptions = true,
        description = {
            "Runs two DynamoDB Locals that stand for two Regions until Ctrl-C; the first has a table of orders, the second"
                    + " an empty one.",
            "Beside them runs an S3 server with the empty bucket lockstep, which keeps versions. Its access key and secret are"
                    + " both 'local'; the others take any.",
            "All are in memory and on this machine only."
        },
        footerHeading = "%nExit status:%n",
        footer = "  2  wrong command line or a taken port    130  interrupted, which is how it ends")
public final class LocalCommand implements Extension {
    private static final int INTERRUPTED = 130;

    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "0",
            description = "The primary's port (default: ${DEFAULT-VALUE}, a free one).")
    int port;

    @Option(
            names = "--replica-port",
            paramLabel = "PORT",
            defaultValue = "0",
            description = "The replica's port (default: ${DEFAULT-VALUE}, a free one).")
    int replicaPort;

    @Option(
            names = "--s3-port",
            paramLabel = "PORT",
            defaultValue = "0",
            description = "The S3 server's port (default: ${DEFAULT-VALUE}, a free one).")
    int s3Port;

    @Option(
            names = "--items",
            paramLabel = "N",
            defaultValue = "1000",
            description = "Orders in the primary (default: ${DEFAULT-VALUE}).")
    int items;

    @Option(
            names = "--damage",
            description = "Fill the replica too, and damage it as the demo does: something to find and repair.")
    boolean damage;

    @Option(
            names = {"-q", "--quiet"},
            description = "Print only the endpoints, a line each: primary, replica, S3.")
    boolean quiet;

    @Spec
    @Nullable
    CommandSpec spec;

    @Override
    public Integer call() {
        if (items < 0) {
            throw new InvalidSettingsException("check", "--items " + items, "less than none", "Name 0 or more");
        }
        Damage planned = damage ? new Damage(items) : null;
        try (Regions regions = Regions.start(port, replicaPort);
                Bucket bucket = Bucket.start(s3Port)) {
            fill(regions, planned);
            (quiet ? endpoints(regions, bucket) : welcome(regions, planned, bucket)).forEach(new Stage(out())::say);
            return untilInterrupted();
        }
    }

    private PrintWriter out() {
        return Objects.requireNonNull(spec).commandLine().getOut();
    }

    private void fill(Regions regions, @Nullable Damage planned) {
        Loader.create(regions.primary());
        Loader.create(regions.replica());
        Loader.fill(regions.primary(), items);
        if (planned != null) {
            Loader.fill(regions.replica(), items);
            planned.plant(regions.replica());
        }
    }

    private static int untilInterrupted() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return INTERRUPTED;
    }

    private static List<String> endpoints(Regions regions, Bucket bucket) {
        return List.of(regions.primaryEndpoint(), regions.replicaEndpoint(), bucket.endpoint());
    }

    private List<String> welcome(Regions regions, @Nullable Damage planned, Bucket bucket) {
        String both = regions.primaryTable() + " " + regions.replicaTable();
        String state = planned == null ? "empty" : "a damaged copy";
        String begin = planned == null ? "  ./lockstep copy " + both : "  ./lockstep diff " + both + " -v";
        String key = planned == null ? Damage.typed(Orders.key(0)) : planned.keyOfLastDigit();
        return List.of(
                String.format(Locale.ROOT, "primary  %s  %,d orders", regions.primaryTable(), items),
                String.format("replica  %s  %s", regions.replicaTable(), state),
                String.format("bucket   %s at %s  empty", bucket.name(), bucket.endpoint()),
                "",
                "Try, in another terminal:",
                begin,
                "  ./lockstep item diff " + both + " '" + key + "'",
                "  ./lockstep diff " + both + " --repair --undo-log undo.jsonl",
                "  ./lockstep undo undo.jsonl " + regions.replicaTable(),
                "  ./lockstep copy " + regions.primaryTable() + " " + bucket.name() + "/backup --s3-endpoint "
                        + bucket.endpoint(),
                "  aws dynamodb scan --max-items 1 --table-name " + Orders.TABLE + " --endpoint-url "
                        + regions.primaryEndpoint(),
                "",
                "Ctrl-C ends all; they keep nothing.");
    }
}
