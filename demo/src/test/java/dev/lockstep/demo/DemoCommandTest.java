package dev.lockstep.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.cli.Main;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

class DemoCommandTest {
    private static final String ITEMS = "300";

    @Test
    void theDemoProvesEveryStepAndExitsWith0() {
        try (Captured out = new Captured()) {
            int status = Main.run("demo", "--items", ITEMS);

            assertThat(out.text())
                    .contains("./lockstep copy localhost:", "the report names exactly the 30 planted differences")
                    .contains("All 13 steps did what they should")
                    .doesNotContain("step 1:");
            assertThat(status).isZero();
        }
    }

    @Test
    void aStepThatDoesNotHoldIsNamedAndTheExitStatusIs1() {
        DemoCommand demo = new DemoCommand();
        demo.beforeLastDiff = DemoCommandTest::damageOnceMore;
        try (Captured out = new Captured()) {
            int status = new CommandLine(demo).execute("--items", ITEMS);

            assertThat(out.text())
                    .contains("step 9: exit status 1, but it should be 0")
                    .contains("The demo stops here")
                    .doesNotContain("All 13 steps");
            assertThat(status).isEqualTo(1);
        }
    }

    @Test
    void tooFewItemsAreAWrongCommandLine() {
        assertThat(Main.run("demo", "--items", "5")).isEqualTo(2);
    }

    private static void damageOnceMore(Regions regions) {
        Map<String, AttributeValue> key = Orders.key(0);
        regions.replica().deleteItem(r -> r.tableName(Orders.TABLE).key(key));
    }
}
