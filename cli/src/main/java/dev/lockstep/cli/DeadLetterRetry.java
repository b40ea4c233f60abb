package dev.lockstep.cli;

import dev.lockstep.capacity.Usage;
import dev.lockstep.replicate.DeadLetterFile;
import dev.lockstep.replicate.DeadLetterFile.Open;
import dev.lockstep.replicate.ReadThrough;
import dev.lockstep.streams.Target;
import dev.lockstep.table.Key;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Tries dead letters again: their items are made what the primary holds now. Those that are in step are marked settled. */
final class DeadLetterRetry {
    private static final int SOME = 100;
    private static final int LEFT = 1;

    private final LiveTables tables;
    private final Path file;

    DeadLetterRetry(LiveTables tables, Path file) {
        this.tables = tables;
        this.file = file;
    }

    int run(Console console) {
        long began = System.nanoTime();
        List<Open> open = DeadLetterFile.open(file, tables.primary().keys());
        DeadLetterFile letters = new DeadLetterFile(file);
        long settled = 0;
        for (int from = 0; from < open.size(); from += SOME) {
            List<Open> some = open.subList(from, Math.min(open.size(), from + SOME));
            List<Open> done = settle(some, console);
            letters.settled(done);
            settled += done.size();
        }
        Written written = new Written(open.size(), settled, 0, 0, open.size() - settled);
        Map<String, Usage> usage = new LinkedHashMap<>();
        tables.all().forEach(t -> usage.put(t.name(), t.usage()));
        String text = "settled " + settled + " of " + open.size() + " dead letters in " + file;
        console.print(written.json(usage, System.nanoTime() - began), () -> text);
        return settled == open.size() ? 0 : LEFT;
    }

    private List<Open> settle(List<Open> some, Console console) {
        Set<Open> left = new HashSet<>();
        some.stream().filter(letter -> letter.key().isEmpty()).forEach(letter -> {
            left.add(letter);
            say(console, letter.id(), "its record tells no key, so its item is not known; compare the tables");
        });
        for (Target target : tables.targets()) {
            List<Open> its = some.stream()
                    .filter(l -> l.key().isPresent())
                    .filter(l -> l.destination().isEmpty() || l.destination().equals(target.name()))
                    .toList();
            Set<Key> keys = its.stream().map(l -> l.key().orElseThrow()).collect(Collectors.toSet());
            Map<Key, ReadThrough.Open> open =
                    keys.isEmpty() ? Map.of() : target.settle(tables.seen(), tables.writers(), keys);
            its.stream().filter(l -> open.containsKey(l.key().orElseThrow())).forEach(left::add);
            open.forEach((key, state) ->
                    console.err().println("lockstep: " + target.name() + " " + key + ": " + state.why()));
        }
        Set<String> known = new HashSet<>(List.of(""));
        tables.targets().forEach(target -> known.add(target.name()));
        some.stream().filter(letter -> !known.contains(letter.destination())).forEach(letter -> {
            left.add(letter);
            say(console, letter.id(), "it is of " + letter.destination() + ", which this command line does not name");
        });
        return some.stream().filter(letter -> !left.contains(letter)).toList();
    }

    private static void say(Console console, String letter, String why) {
        console.err().println("lockstep: letter " + letter + ": " + why);
    }
}
