package dev.lockstep.demo;

import dev.lockstep.CancelledException;
import dev.lockstep.cli.Extension;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code lockstep demo}: copies, damages, repairs, replicates, backs up, loses and restores, and proves each step. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = {
            "Walks through the whole story on two DynamoDB Locals and an S3 server in this process: copy, compare, repair, undo,"
                    + " replicate, back up, lose and restore.",
            "Prints each command that it runs, and checks what it did. Needs no AWS account; takes three to four minutes."
        },
        footerHeading = "%nExit status:%n",
        footer = "  0  every step did what it should    1  one did not    2  wrong command line    130  interrupted")
public final class DemoCommand implements Extension {
    @Option(names = "--items", paramLabel = "N", defaultValue = "20000", hidden = true)
    int items;

    @Spec
    @Nullable
    CommandSpec spec;

    /** For tests: what goes wrong before the last comparison. */
    Consumer<Regions> beforeLastDiff = regions -> {};

    @Override
    public Integer call() {
        long began = System.nanoTime();
        Stage stage = new Stage(Objects.requireNonNull(spec).commandLine().getOut());
        try (Regions regions = Regions.start(0, 0);
                Bucket bucket = Bucket.start(0);
                ScratchFolder folder = ScratchFolder.create()) {
            introduce(stage, regions, bucket);
            Story story = new Story(stage, regions, bucket, folder.path(), items, () -> beforeLastDiff.accept(regions));
            return tell(story, stage, began);
        }
    }

    private static void introduce(Stage stage, Regions regions, Bucket bucket) {
        stage.say(
                "The whole story of Lockstep, on two DynamoDB Locals and an S3 server in this process. No AWS, no account.");
        stage.say("   eu-west-1, the primary: " + regions.primaryTable());
        stage.say("   us-east-1, the replica: " + regions.replicaTable());
        stage.say("   the bucket for backups: " + bucket.name() + " at " + bucket.endpoint());
        stage.say("A difference counts when it lasts; by default 5 s, here 1 s (--settle) as nobody else writes.");
    }

    private static int tell(Story story, Stage stage, long began) {
        try {
            story.tell();
        } catch (CancelledException e) {
            throw e;
        } catch (NotProved e) {
            return failed(stage, String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            return failed(stage, "an unexpected failure, " + e);
        }
        stage.say("");
        stage.proved(String.format(
                Locale.ROOT,
                "All %d steps did what they should, in %.0f s. To try more by hand: ./lockstep local",
                stage.step(),
                (System.nanoTime() - began) / 1e9));
        return 0;
    }

    private static int failed(Stage stage, String why) {
        stage.failed("step " + stage.step() + ": " + why);
        stage.say("The demo stops here: Lockstep did not do what it should.");
        return 1;
    }
}
