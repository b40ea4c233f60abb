package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.local.Fault;
import dev.lockstep.local.FaultProxy;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointOptionTest {
    @TempDir
    Path folder;

    private String checkpoint() {
        return folder.resolve("job.ckpt").toString();
    }

    @Test
    void a_job_that_failed_says_how_to_go_on_and_goes_on() {
        String primary = Server.filled("primary", 60, 100);
        String replica = Server.create("replica");
        try (FaultProxy proxy = Server.proxy()) {
            String[] copy = {
                "copy", Server.ref(primary), Server.at(proxy.endpoint(), replica), "--checkpoint", checkpoint()
            };
            proxy.on("BatchWriteItem").skip(1).inject(Fault.accessDenied());
            Shell.Ran failed = Shell.run(copy);
            assertThat(failed.status()).isEqualTo(3);
            assertThat(failed.err()).contains("Run the same command again to go on from " + checkpoint());
            proxy.clear();
            Shell.Ran done = Shell.run(copy);
            assertThat(done.status()).as(done.err()).isZero();
            assertThat(done.err()).contains("going on from " + checkpoint());
            assertThat(done.out()).contains("copied 60 items");
        }
        assertThat(Server.contents(replica)).isEqualTo(Server.contents(primary));
    }

    @Test
    void a_job_that_is_another_is_refused_and_nothing_is_made() {
        String primary = Server.filled("primary", 10, 100);
        String replica = Server.create("replica");
        assertThat(Shell.run("copy", Server.ref(primary), Server.ref(replica), "--checkpoint", checkpoint())
                        .status())
                .isZero();
        Shell.Ran other = Shell.run(
                "diff", Server.ref(primary), Server.ref(replica), "--checkpoint", checkpoint(), "--settle", "0");
        assertThat(other.status()).isEqualTo(2);
        assertThat(other.err()).contains("another kind, 'copy'").doesNotContain("Run the same command again");
        Shell.Ran gone = Shell.run(
                "copy",
                Server.ref(primary),
                Server.ref("never-" + System.nanoTime()),
                "--create",
                "--checkpoint",
                checkpoint());
        assertThat(gone.status()).isEqualTo(2);
        assertThat(gone.err()).contains("is gone").doesNotContain("creating");
    }

    @Test
    void a_comparison_that_was_finished_tells_its_result_and_status_once_more() throws Exception {
        String primary = Server.filled("primary", 20, 100);
        String replica = Server.filled("replica", 15, 100);
        Path report = folder.resolve("report.jsonl");
        String[] diff = {
            "diff",
            Server.ref(primary),
            Server.ref(replica),
            "--settle",
            "0",
            "--report",
            report.toString(),
            "--output",
            "json",
            "--checkpoint",
            checkpoint()
        };
        Shell.Ran once = Shell.run(diff);
        String findings = Files.readString(report);
        Shell.Ran again = Shell.run(diff);
        assertThat(once.status()).isEqualTo(1);
        assertThat(again.status()).isEqualTo(1);
        assertThat(again.err()).contains("this job was finished at", "Delete " + checkpoint());
        assertThat(again.json().get("replicas")).isEqualTo(once.json().get("replicas"));
        assertThat(again.json().get("requests").get("Scan"))
                .isEqualTo(once.json().get("requests").get("Scan"));
        assertThat(Files.readString(report)).isEqualTo(findings).hasLineCount(5);
    }

    @Test
    void a_whole_bucket_is_no_place_for_it() {
        String primary = Server.filled("primary", 1, 100);
        Shell.Ran ran = Shell.run(
                "copy", Server.ref(primary), Server.ref(Server.create("replica")), "--checkpoint", "s3://bucket");
        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.err()).contains("a whole bucket", "s3://bucket/job.checkpoint");
    }
}
