package dev.lockstep.cli.compat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.UsageMessageSpec;

/** Adds the older tools' commands to the command line, and a list of them below its own commands. */
public final class OldNames {
    private static final String SECTION = "oldNames";

    private OldNames() {}

    /**
     * @param lockstep gets the doors
     * @param again makes a command line without doors: what is behind them
     */
    public static void addTo(CommandLine lockstep, Supplier<CommandLine> again) {
        CommandLine behind = again.get();
        doors().forEach((name, door) -> {
            CommandLine command = new CommandLine(door);
            door.open(command.getCommandSpec(), behind, again);
            command.getCommandSpec().usageMessage().hidden(true);
            lockstep.addSubcommand(name, command);
        });
        list(lockstep);
    }

    private static Map<String, Door> doors() {
        Map<String, Door> doors = new LinkedHashMap<>();
        doors.put("diff-tables", new DiffTables());
        doors.put("diff-record", new DiffRecord());
        doors.put("replicate-record", new ReplicateRecord());
        doors.put("backup-table", new BackupTable());
        doors.put("incremental-backfill", new IncrementalBackfill());
        doors.put("incremental-snapshot", new IncrementalSnapshot());
        doors.put("incremental-backup-record", new IncrementalBackupRecord());
        doors.put("incremental-diff-record", new IncrementalDiffRecord());
        doors.put("incremental-record-history", new IncrementalRecordHistory());
        doors.put("dynamodb-table-sync", new TableSync());
        doors.put("cross-region-replication", new CrossRegionReplication());
        return doors;
    }

    private static void list(CommandLine lockstep) {
        Map<String, CommandLine.IHelpSectionRenderer> sections = new LinkedHashMap<>(lockstep.getHelpSectionMap());
        sections.put(SECTION, OldNames::section);
        lockstep.setHelpSectionMap(sections);
        List<String> keys = new ArrayList<>(lockstep.getHelpSectionKeys());
        keys.add(keys.indexOf(UsageMessageSpec.SECTION_KEY_COMMAND_LIST) + 1, SECTION);
        lockstep.setHelpSectionKeys(keys);
    }

    /** Only in the help of the command itself, not of its subcommands. */
    private static String section(Help help) {
        if (help.commandSpec().parent() != null) {
            return "";
        }
        String names = doors().keySet().stream().collect(Collectors.joining(", "));
        int width = Math.max(40, help.commandSpec().usageMessage().width());
        StringBuilder text = new StringBuilder(String.format("%nThe older tools' names (each with --help):%n"));
        StringBuilder line = new StringBuilder(" ");
        for (String name : names.split(" ")) {
            if (line.length() + 1 + name.length() > width) {
                text.append(line).append(System.lineSeparator());
                line = new StringBuilder(" ");
            }
            line.append(' ').append(name);
        }
        return text.append(line).append(System.lineSeparator()).toString();
    }
}
