package dev.lockstep.demo;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/** The checks of the story: each holds and is ticked, or ends the story with {@link NotProved}. Used by one thread. */
final class Proof {
    private static final int SHOWN = 3;

    private final Stage stage;

    Proof(Stage stage) {
        this.stage = stage;
    }

    void exitStatus(int expected, int found, String meaning) {
        require(found == expected, "exit status " + found + ", but it should be " + expected + ": " + meaning);
        stage.proved("exit status " + expected + ": " + meaning);
    }

    /** The report names these findings and no others, each once. */
    void report(Path report, List<Finding> expected, boolean repaired) {
        List<Finding> found = Finding.read(report, repaired);
        List<Finding> overlooked = without(expected, found);
        List<Finding> invented = without(found, expected);
        require(overlooked.isEmpty(), "the report lacks " + some(overlooked));
        require(invented.isEmpty(), "the report should not name " + some(invented));
        require(found.size() == expected.size(), "the report names a finding twice");
        stage.proved(
                expected.isEmpty()
                        ? "the report is empty"
                        : String.format(
                                Locale.ROOT,
                                "the report names exactly the %,d planted differences%s",
                                expected.size(),
                                repaired ? ", each repaired" : ""));
    }

    /** A look at the table itself, past the command that was run. */
    void holds(DynamoDbClient client, Contents expected, String meaning) {
        long wrong = Contents.read(client).differencesFrom(expected);
        require(wrong == 0, String.format(Locale.ROOT, "%,d items are not as they should be: %s", wrong, meaning));
        stage.proved(meaning);
    }

    /** What the status page said at the end. */
    void page(String headline, long changes) {
        require(headline.startsWith("In step"), "the status page said '" + headline + "'");
        require(changes > 0, "the status page counted no change");
        stage.proved(String.format(Locale.ROOT, "the status page said '%s' after %,d changes", headline, changes));
    }

    private static List<Finding> without(List<Finding> all, List<Finding> others) {
        List<Finding> rest = new ArrayList<>(all);
        rest.removeAll(new HashSet<>(others));
        return rest;
    }

    private static String some(List<Finding> findings) {
        String shown = String.join(
                ", ", findings.stream().limit(SHOWN).map(Finding::toString).toList());
        return findings.size() <= SHOWN ? shown : shown + " and " + (findings.size() - SHOWN) + " more";
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new NotProved(otherwise);
        }
    }
}
