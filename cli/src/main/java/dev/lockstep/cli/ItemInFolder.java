package dev.lockstep.cli;

import dev.lockstep.folder.ItemFolder;
import dev.lockstep.objects.ObjectRef;
import dev.lockstep.objects.RetryingObjects;
import dev.lockstep.table.DynamoTable;
import dev.lockstep.table.ItemJson;
import dev.lockstep.table.Key;
import dev.lockstep.table.TableRef;
import dev.lockstep.work.Pool;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** What the commands for one item and a folder of items take: the table, the folder and the key. */
abstract class ItemInFolder implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "TABLE", description = "The table that the item is of.")
    String table = "";

    @Parameters(
            index = "1",
            paramLabel = "s3://BUCKET/PREFIX",
            description =
                    "Where the table's folder of items is, as for 'replicate' and 'copy': the folder with the table's"
                            + " name in it is the table's.")
    String folder = "";

    @Parameters(
            index = "2",
            paramLabel = "KEY",
            description = "Plain JSON ({\"id\":\"abc\"}) or DynamoDB JSON ({\"id\":{\"S\":\"abc\"}}).")
    String key = "";

    @Mixin
    CommonOptions.Buckets buckets = new CommonOptions.Buckets();

    @Mixin
    CommonOptions common = new CommonOptions();

    @Spec
    @Nullable
    CommandSpec spec;

    /** All of it, open. */
    record Opened(
            DynamoTable table, RetryingObjects bucket, ObjectRef prefix, ItemFolder folder, Pool calls, Key key) {}

    @Override
    public Integer call() {
        TableRef ref = TableRef.parse(table);
        ObjectRef prefix = ObjectRef.parse(folder);
        Console console = Console.of(spec, common);
        try (Connections connections = Connections.of(common);
                Pool calls = Pool.of("objects", ItemFolder.MAX_CALLS)) {
            DynamoTable opened = connections.open(ref);
            Key parsed = ItemJson.readKey(key, opened.keys());
            try (ConsoleProgress progress = console.progress(List.of(opened))) {
                RetryingObjects bucket = RetryingObjects.over(
                        connections.replica().bucket(prefix, buckets.endpoint()), common.retry(), progress);
                ObjectRef own = prefix.folder(opened.description().tableName());
                return run(
                        new Opened(opened, bucket, prefix, new ItemFolder(bucket, own, calls), calls, parsed), console);
            }
        }
    }

    abstract int run(Opened opened, Console console);
}
