package dev.lockstep.cli;

import dev.lockstep.InvalidSettingsException;
import dev.lockstep.folder.ItemFolder;
import dev.lockstep.objects.ObjectRef;
import dev.lockstep.objects.RetryingObjects;
import dev.lockstep.table.DynamoTable;
import dev.lockstep.table.Item;
import dev.lockstep.table.ItemJson;
import dev.lockstep.table.Key;
import dev.lockstep.table.RetryingTable;
import dev.lockstep.table.TableRef;
import dev.lockstep.verify.Comparison;
import dev.lockstep.verify.Diff;
import dev.lockstep.verify.DiffResult;
import dev.lockstep.verify.DiffSettings;
import dev.lockstep.verify.Discrepancy;
import dev.lockstep.verify.Discrepancy.Kind;
import dev.lockstep.verify.ItemComparison;
import dev.lockstep.verify.RepairPolicy;
import dev.lockstep.work.Pool;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import tools.jackson.databind.node.ObjectNode;

/** {@code lockstep item}: the same as the commands for tables, for one item. */
@Command(
        name = "item",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = "Compares, copies, backs up or restores one item, or shows its history.",
        subcommands = {
            ItemCommand.DiffItem.class,
            ItemCommand.CopyItem.class,
            ItemBackupCommand.class,
            ItemRestoreCommand.class,
            ItemHistoryCommand.class
        })
final class ItemCommand implements Callable<Integer> {
    @Spec
    @Nullable
    CommandSpec spec;

    @Override
    public Integer call() {
        throw new CommandLine.ParameterException(
                java.util.Objects.requireNonNull(spec).commandLine(),
                "Missing command: item diff, copy, backup, restore or history");
    }

    /** What both commands take: tables and a key. */
    abstract static class OneItem implements Callable<Integer> {
        @Parameters(
                arity = "3..*",
                paramLabel = "PRIMARY REPLICA... KEY",
                hideParamSyntax = true,
                description = "Tables, then the key as plain JSON ({\"id\":\"abc\"}) or DynamoDB JSON"
                        + " ({\"id\":{\"S\":\"abc\"}}).")
        List<String> arguments = new ArrayList<>();

        @Mixin
        CommonOptions common = new CommonOptions();

        @Spec
        @Nullable
        CommandSpec spec;

        /** The tables and the key of this call, open. */
        record Opened(DynamoTable primary, List<DynamoTable> replicas, Key key) {
            List<DynamoTable> all() {
                List<DynamoTable> all = new ArrayList<>(replicas);
                all.add(0, primary);
                return all;
            }
        }

        @Override
        public Integer call() {
            int last = arguments.size() - 1;
            List<TableRef> refs =
                    arguments.subList(0, last).stream().map(TableRef::parse).toList();
            try (Connections connections = Connections.of(common)) {
                DynamoTable primary = connections.open(refs.get(0));
                Key key = ItemJson.readKey(arguments.get(last), primary.keys());
                List<DynamoTable> replicas = connections.replica().open(refs.subList(1, refs.size()));
                return run(new Opened(primary, replicas, key));
            }
        }

        abstract int run(Opened opened);

        DiffResult diff(Opened opened, DiffSettings settings, List<Discrepancy> found, ConsoleProgress progress) {
            return new Diff(
                            common.budget.reading(opened.primary()),
                            common.budget.writing(opened.replicas()),
                            settings,
                            progress)
                    .run(List.of(opened.key()), found::add);
        }
    }

    /** {@code lockstep item diff}. */
    @Command(
            name = "diff",
            mixinStandardHelpOptions = true,
            description =
                    "Compares one item of PRIMARY with each REPLICA, or with the table's folder of items in s3://bucket/prefix, and"
                            + " shows what differs. Exit status 1 if it does.")
    static final class DiffItem extends OneItem {
        @Option(names = "--ignore", paramLabel = "ATTR", description = "An attribute that may differ. Repeatable.")
        List<String> ignored = new ArrayList<>();

        @Option(
                names = "--settle",
                paramLabel = "TIME",
                defaultValue = "0s",
                converter = Durations.class,
                description = "How long a difference must last to count (default: ${DEFAULT-VALUE}).")
        Duration settle = Duration.ZERO;

        @Mixin
        CommonOptions.Buckets buckets = new CommonOptions.Buckets();

        @Override
        public Integer call() {
            boolean folder = arguments.subList(1, arguments.size() - 1).stream().anyMatch(ObjectRef::isMeantBy);
            if (!folder) {
                return super.call();
            }
            if (arguments.size() != 3) {
                throw new InvalidSettingsException(
                        "compare", arguments.get(1), "a folder is compared alone: TABLE s3://bucket/prefix KEY", "");
            }
            return withFolder(TableRef.parse(arguments.get(0)), ObjectRef.parse(arguments.get(1)));
        }

        private int withFolder(TableRef ref, ObjectRef prefix) {
            Console console = Console.of(spec, common);
            try (Connections connections = Connections.of(common);
                    Pool calls = Pool.of("objects", ItemFolder.MAX_CALLS)) {
                DynamoTable table = connections.open(ref);
                Key key = ItemJson.readKey(arguments.get(2), table.keys());
                try (ConsoleProgress progress = console.progress(List.of(table))) {
                    RetryingObjects bucket = RetryingObjects.over(
                            connections.replica().bucket(prefix, buckets.endpoint()), common.retry(), progress);
                    ItemFolder folder = new ItemFolder(
                            bucket, prefix.folder(table.description().tableName()), calls);
                    List<Discrepancy> found = new ArrayList<>();
                    DiffResult result = new FolderItemDiff(
                                    RetryingTable.over(table, common.retry(), progress),
                                    folder,
                                    new Comparison(Set.copyOf(ignored), ItemComparison.EXACT),
                                    settle)
                            .run(key, found);
                    return print(console, key, result, found);
                }
            }
        }

        @Override
        int run(Opened opened) {
            Console console = Console.of(spec, common);
            DiffSettings settings = DiffSettings.DEFAULT
                    .withIgnored(Set.copyOf(ignored))
                    .withSettle(settle)
                    .withRetry(common.retry());
            List<Discrepancy> found = new ArrayList<>();
            try (ConsoleProgress progress = console.progress(opened.all())) {
                return print(console, opened.key(), diff(opened, settings, found, progress), found);
            }
        }

        private static int print(Console console, Key key, DiffResult result, List<Discrepancy> found) {
            ObjectNode json = Results.diff(result);
            var items = json.putArray("items");
            found.forEach(d -> items.add(withItems(d)));
            console.print(json, () -> text(key, result, found));
            return result.equal() ? 0 : 1;
        }

        private static ObjectNode withItems(Discrepancy found) {
            ObjectNode json = Results.finding(found);
            Item primary = found.primary();
            Item replica = found.found();
            json.set("primaryItem", primary == null ? null : ItemJson.node(primary.attributes()));
            json.set("replicaItem", replica == null ? null : ItemJson.node(replica.attributes()));
            return json;
        }

        private static String text(Key key, DiffResult result, List<Discrepancy> found) {
            StringBuilder text = new StringBuilder();
            for (Discrepancy d : found) {
                text.append(
                        String.format("%s in %s: %s%s%n", d.kind().label(), d.replica(), d.key(), meaning(d.kind())));
                d.attributes().forEach(name -> attribute(text, name, d));
            }
            if (found.isEmpty()) {
                boolean nowhere =
                        result.replicas().stream().allMatch(r -> r.counts().compared() == 0);
                String state = nowhere ? "not there in any of the tables" : "the same in all tables";
                text.append(result.equal() ? state : "unsettled: the primary keeps changing")
                        .append(": ");
                text.append(key);
            }
            return text.toString().stripTrailing();
        }

        private static String meaning(Kind kind) {
            return switch (kind) {
                case MISSING -> ", absent in the replica";
                case EXTRA -> ", absent in the primary";
                case DIFFERENT -> "";
            };
        }

        private static void attribute(StringBuilder text, String name, Discrepancy d) {
            if (d.kind() != Kind.EXTRA) {
                text.append(String.format("  - primary  %s%n", value(name, d.primary())));
            }
            if (d.kind() != Kind.MISSING) {
                text.append(String.format("  + replica  %s%n", value(name, d.found())));
            }
        }

        private static String value(String name, @Nullable Item item) {
            AttributeValue value = item == null ? null : item.attributes().get(name);
            return value == null ? name + " is absent" : ItemJson.write(Map.of(name, value));
        }
    }

    /** {@code lockstep item copy}. */
    @Command(
            name = "copy",
            mixinStandardHelpOptions = true,
            description =
                    "Makes one item of each DESTINATION what it is in PRIMARY: written, or deleted where the primary"
                            + " has none; never set back to an older value.")
    static final class CopyItem extends OneItem {
        @Option(names = "--dry-run", description = "Say what would be done; write nothing.")
        boolean dryRun;

        @Option(names = "--undo-log", paramLabel = "FILE", description = "Keep what is replaced, for 'lockstep undo'.")
        @Nullable
        Path undoLog;

        @Option(
                names = "--journal",
                paramLabel = "DIR",
                description = "Where the key is noted meanwhile (default: the user's state folder).")
        @Nullable
        Path journal;

        @Override
        int run(Opened opened) {
            long began = System.nanoTime();
            Console console = Console.of(spec, common);
            List<Discrepancy> found = new ArrayList<>();
            try (ConsoleProgress progress = console.progress(opened.all())) {
                DiffResult result = diff(opened, settings(), found, progress);
                long done = found.stream().filter(d -> d.repaired() || dryRun).count();
                long deleted = found.stream()
                        .filter(d -> d.kind() == Kind.EXTRA && (d.repaired() || dryRun))
                        .count();
                long failed = dryRun ? 0 : found.size() - done + unsettled(result);
                long skipped = opened.replicas().size() - done - failed;
                Written written = new Written(1, done - deleted, deleted, skipped, failed);
                console.print(
                        written.json(result.usage(), System.nanoTime() - began), () -> text(opened, written, found));
                return failed == 0 ? 0 : 1;
            }
        }

        private static long unsettled(DiffResult result) {
            return result.replicas().stream()
                    .mapToLong(r -> r.counts().unsettled())
                    .sum();
        }

        private DiffSettings settings() {
            if (dryRun && undoLog != null) {
                throw new InvalidSettingsException("check", "--undo-log", "a dry run replaces nothing", "");
            }
            DiffSettings settings = DiffSettings.DEFAULT
                    .withSettle(Duration.ZERO)
                    .withRetry(common.retry())
                    .withJournal(journal == null ? StateFolder.journals() : journal);
            if (!dryRun) {
                settings = settings.withRepair(RepairPolicy.EVERYTHING);
            }
            return undoLog == null ? settings : settings.withUndoLog(undoLog);
        }

        private String text(Opened opened, Written written, List<Discrepancy> found) {
            StringBuilder text = new StringBuilder();
            found.forEach(d -> text.append(dryRun ? "would mend: " : "")
                    .append(DiffText.line(d))
                    .append('\n'));
            text.append(String.format(
                    "%s%s: %d written, %d deleted, %d already right, %d failed",
                    dryRun ? "dry run: " : "",
                    opened.key(),
                    written.written(),
                    written.deleted(),
                    written.skipped(),
                    written.failed()));
            return text.toString();
        }
    }
}
