package dev.lockstep.cli.compat;

import java.util.List;
import picocli.CommandLine.Parameters;

/** What mapbox's commands for one record take: two places and a key. */
abstract class OneRecord extends Door {
    @Parameters(index = "0", paramLabel = "<region/table>")
    String first = "";

    @Parameters(index = "1", paramLabel = "<region/table or s3url>")
    String second = "";

    @Parameters(
            index = "2",
            paramLabel = "<key>",
            description = "As JSON ({\"id\":\"abc\"}) or DynamoDB JSON ({\"id\":{\"S\":\"abc\"}}), in any order.")
    String key = "";

    @Override
    List<String> words() {
        return List.of(first, second, key);
    }
}
