package dev.lockstep.backup;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.lockstep.LockstepException;
import dev.lockstep.table.Item;
import dev.lockstep.table.ItemJson;
import dev.lockstep.table.MalformedItemException;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.List;
import java.util.function.Consumer;
import java.util.zip.GZIPInputStream;

/** A page of a scan as it is kept beside a checkpoint: compressed lines of bare items. */
final class KeptPage {
    private KeptPage() {}

    static byte[] of(List<Item> items) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ItemLines lines = new ItemLines(bytes, ItemLines.Form.BARE)) {
            items.forEach(lines::add);
            lines.finish();
        }
        return bytes.toByteArray();
    }

    static void read(String name, byte[] page, Consumer<Item> items) {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(new GZIPInputStream(new ByteArrayInputStream(page)), UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                items.accept(Item.of(ItemJson.read(ItemJson.parse(line))));
            }
        } catch (IOException | MalformedItemException e) {
            throw new LockstepException(
                    "read",
                    "page " + name + " beside the checkpoint",
                    "it is damaged: " + e.getMessage(),
                    "Delete the checkpoint and its pages to start anew",
                    false,
                    e);
        }
    }
}
