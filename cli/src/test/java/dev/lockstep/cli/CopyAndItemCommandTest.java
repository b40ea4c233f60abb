package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.cli.Shell.Ran;
import dev.lockstep.local.Fault;
import dev.lockstep.local.FaultProxy;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CopyAndItemCommandTest {
    @TempDir
    Path folder;

    @Test
    void a_copy_fills_several_tables_and_creates_those_that_are_not_there() {
        String primary = Server.filled("primary", 300, 100);
        String first = Server.create("first");
        String second = "second-" + System.nanoTime();
        Ran ran = Shell.run(
                "copy", Server.ref(primary), Server.ref(first), Server.ref(second), "--create", "--output", "json");
        assertThat(ran.status()).as(ran.err()).isZero();
        assertThat(ran.json().get("read").asInt()).isEqualTo(300);
        assertThat(ran.json().get("written").asInt()).isEqualTo(600);
        assertThat(ran.json().get("writeUnits").get(Server.ref(first)).asDouble())
                .isEqualTo(300);
        assertThat(Server.contents(first)).isEqualTo(Server.contents(primary));
        assertThat(Server.contents(second)).isEqualTo(Server.contents(primary));
    }

    @Test
    void a_table_that_holds_items_is_refused_and_left_as_it_is_unless_overwritten() {
        String primary = Server.filled("primary", 30, 100);
        String used = Server.create("used");
        Server.put(used, List.of(Server.item(5, "mine", 100)));
        var before = Server.contents(used);
        Ran refused = Shell.run("copy", Server.ref(primary), Server.ref(used));
        assertThat(refused.status()).isEqualTo(2);
        assertThat(refused.err()).contains("--overwrite").contains("diff --repair");
        assertThat(Server.contents(used)).isEqualTo(before);
        assertThat(Shell.run("copy", Server.ref(primary), Server.ref(used), "--overwrite")
                        .status())
                .isZero();
        assertThat(Server.contents(used)).isEqualTo(Server.contents(primary));
    }

    @Test
    void a_dry_run_writes_nothing() {
        String primary = Server.filled("primary", 30, 100);
        String empty = Server.create("empty");
        Ran ran = Shell.run("copy", Server.ref(primary), Server.ref(empty), "--dry-run", "--output", "json");
        assertThat(ran.status()).isZero();
        assertThat(ran.json().get("read").asInt()).isEqualTo(30);
        assertThat(Server.contents(empty)).isEmpty();

        Ran missing = Shell.run("copy", Server.ref(primary), Server.ref("not-" + empty), "--create", "--dry-run");
        assertThat(missing.status()).isEqualTo(2);
        assertThat(missing.err()).contains("--dry-run makes none").contains("--estimate");
        assertThat(Server.there("not-" + empty)).isFalse();
    }

    @Test
    void throttled_and_unprocessed_writes_all_arrive() {
        String primary = Server.filled("primary", 2_000, 100);
        String replica = Server.create("replica");
        try (FaultProxy proxy = Server.proxy()) {
            proxy.on("BatchWriteItem").probability(0.3, 1).inject(Fault.unprocessed(0.5));
            proxy.on("BatchWriteItem").probability(0.1, 2).inject(Fault.throttle());
            proxy.on("BatchWriteItem").probability(0.1, 3).inject(Fault.resetAfter());
            Ran ran = Shell.run(
                    "copy", Server.ref(primary), Server.at(proxy.endpoint(), replica), "--retry-delay-base", "5");
            assertThat(ran.status()).as(ran.err()).isZero();
        }
        assertThat(Server.contents(replica)).isEqualTo(Server.contents(primary));
    }

    @Test
    void one_item_is_compared_and_copied() {
        String primary = Server.filled("primary", 5, 100);
        String replica = Server.create("replica");
        Server.put(replica, List.of(Server.item(1, "other", 100), Server.item(9, "extra", 100)));
        String p = Server.ref(primary);
        String r = Server.ref(replica);

        Ran different = Shell.run("item", "diff", p, r, "{\"id\":\"item-1\"}");
        assertThat(different.status()).isEqualTo(1);
        assertThat(different.out()).contains("{\"v\":{\"S\":\"a\"}}").contains("{\"v\":{\"S\":\"other\"}}");
        assertThat(copy(p, r, "{\"id\":{\"S\":\"item-1\"}}")
                        .json()
                        .get("written")
                        .asInt())
                .isEqualTo(1);
        assertThat(copy(p, r, "{\"id\":\"item-9\"}").json().get("deleted").asInt())
                .isEqualTo(1);
        assertThat(copy(p, r, "{\"id\":\"item-3\"}").json().get("written").asInt())
                .isEqualTo(1);
        assertThat(copy(p, r, "{\"id\":\"item-3\"}").json().get("skipped").asInt())
                .isEqualTo(1);
        assertThat(Shell.run("item", "diff", p, r, "{\"id\":\"item-1\"}").status())
                .isZero();
        assertThat(Shell.run("item", "diff", p, r, "{\"id\":\"nowhere\"}").out())
                .contains("not there");
        assertThat(Server.contents(replica)).hasSize(2);
    }

    private Ran copy(String primary, String replica, String key) {
        Ran ran = Shell.run(
                "item", "copy", primary, replica, key, "--journal", "" + folder.resolve("j"), "--output", "json");
        assertThat(ran.status()).as(ran.err()).isZero();
        return ran;
    }

    @Test
    void a_key_that_is_not_one_of_this_table_is_refused() {
        String p = Server.ref(Server.create("primary"));
        String r = Server.ref(Server.create("replica"));
        for (String key : List.of("{\"id\":5}", "{\"other\":\"x\"}", "{\"id\":\"x\",\"more\":1}", "id", "[]")) {
            Ran ran = Shell.run("item", "diff", p, r, key);
            assertThat(ran.status()).as(key).isEqualTo(2);
            assertThat(ran.err()).contains("id (S)");
        }
        assertThat(Shell.run("item").status()).isEqualTo(2);
        assertThat(Shell.run("item", "diff", p, r).status()).isEqualTo(2);
    }
}
