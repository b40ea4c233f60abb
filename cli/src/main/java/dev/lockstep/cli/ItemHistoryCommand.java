package dev.lockstep.cli;

import dev.lockstep.backup.ChangeLog;
import dev.lockstep.folder.ItemVersion;
import dev.lockstep.table.Item;
import dev.lockstep.table.ItemJson;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import picocli.CommandLine.Command;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** {@code lockstep item history}. */
@Command(
        name = "history",
        mixinStandardHelpOptions = true,
        description = {
            "Shows every version of one item that the backup in S3 has, the oldest first, each with its time and what"
                    + " changed; deletes too.",
            "From the folder of items it takes the versions that the bucket keeps; where a change log was written, all"
                    + " changes of its time."
        })
final class ItemHistoryCommand extends ItemInFolder {
    @Override
    int run(Opened opened, Console console) {
        List<ItemVersion> versions = versions(opened, console);
        boolean kept = opened.bucket().keepsVersions();
        if (!kept) {
            console.err()
                    .println("lockstep: " + opened.bucket().name()
                            + " does not keep versions: of the folder of items only the newest state is known");
        }
        List<Step> steps = steps(versions);
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.set("key", ItemJson.node(opened.key().attributes()));
        var array = json.putArray("versions");
        steps.forEach(step -> array.add(step.json()));
        console.print(json, () -> text(opened, steps));
        return 0;
    }

    /** Of the time that a change log tells of, it tells all; of the time before, what the folder kept. */
    private static List<ItemVersion> versions(Opened opened, Console console) {
        List<ItemVersion> inFolder = opened.folder().history(opened.key());
        Optional<ChangeLog> log = log(opened);
        if (log.isEmpty()) {
            return inFolder;
        }
        List<ItemVersion> logged = log.get().history(opened.key());
        Instant since = logged.stream().map(ItemVersion::at).findFirst().orElse(Instant.MAX);
        log.get()
                .earliest()
                .ifPresent(from -> console.err().println("lockstep: the change log tells every change since " + from));
        List<ItemVersion> all = new ArrayList<>(inFolder);
        all.removeIf(version -> !version.at().isBefore(since));
        all.addAll(logged);
        return all;
    }

    private static Optional<ChangeLog> log(Opened opened) {
        String name = opened.table().description().tableName();
        return ChangeLog.isThere(opened.bucket(), opened.prefix(), name)
                ? Optional.of(ChangeLog.open(opened.bucket(), opened.prefix(), name, opened.calls()))
                : Optional.empty();
    }

    /** A version, and the item before it as far as it is known. */
    private record Step(ItemVersion version, Optional<Item> before) {
        Set<String> changed() {
            Set<String> names = new TreeSet<>();
            version.item()
                    .ifPresent(now -> names.addAll(before.map(now::differingFrom)
                            .orElseGet(() -> now.attributes().keySet())));
            return names;
        }

        String kind() {
            if (!version.problem().isEmpty()) {
                return "unreadable";
            }
            if (!version.isDelete()) {
                return "put";
            }
            return version.expired() ? "delete by TTL" : "delete";
        }

        ObjectNode json() {
            ObjectNode json = JsonNodeFactory.instance
                    .objectNode()
                    .put("time", version.at().toString())
                    .put("kind", kind())
                    .put("object", version.object());
            if (!version.versionId().isEmpty()) {
                json.put("versionId", version.versionId());
            }
            if (!version.problem().isEmpty()) {
                json.put("problem", version.problem());
            }
            var names = json.putArray("changed");
            changed().forEach(names::add);
            json.set(
                    "item",
                    version.item().map(item -> ItemJson.node(item.attributes())).orElse(null));
            return json;
        }

        String text() {
            StringBuilder text = new StringBuilder(version.at() + "  " + kind());
            if (!version.problem().isEmpty()) {
                text.append("  ").append(version.object()).append(": ").append(version.problem());
            }
            Item now = version.item().orElse(null);
            for (String name : changed()) {
                before.map(item -> item.attributes().get(name))
                        .ifPresent(old -> text.append(String.format("%n  - %s", value(name, old))));
                AttributeValue value = now == null ? null : now.attributes().get(name);
                if (value != null) {
                    text.append(String.format("%n  + %s", value(name, value)));
                }
            }
            return text.toString();
        }

        private static String value(String name, AttributeValue value) {
            return ItemJson.write(Map.of(name, value));
        }
    }

    private static List<Step> steps(List<ItemVersion> versions) {
        List<Step> steps = new ArrayList<>();
        Optional<Item> before = Optional.empty();
        for (ItemVersion version : versions) {
            steps.add(new Step(version, before));
            before = version.item();
        }
        return steps;
    }

    private static String text(Opened opened, List<Step> steps) {
        if (steps.isEmpty()) {
            return opened.key() + ": no version of it in " + opened.folder().name();
        }
        List<String> lines = new ArrayList<>();
        lines.add(opened.key() + ": " + steps.size() + " versions");
        steps.forEach(step -> lines.add(step.text()));
        return String.join(System.lineSeparator(), lines);
    }
}
