package dev.lockstep.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which calls a rule breaks. */
class FaultRuleTest {
    private final Rules rules = new Rules();
    private final FaultProxy proxy = FaultProxy.start(URI.create("http://127.0.0.1:1"));

    @AfterEach
    void close() {
        proxy.close();
    }

    @Test
    void skipThenTimesThenNoMore() {
        on("Scan").skip(2).times(1).inject(Fault.hang());

        assertThat(broken(5, "Scan", "t")).containsExactly(2);
    }

    @Test
    void otherOperationsAndTablesPass() {
        on("Scan").table("t").inject(Fault.hang());

        assertThat(broken(1, "Query", "t")).isEmpty();
        assertThat(broken(1, "Scan", "u")).isEmpty();
        assertThat(broken(1, "Scan", "t")).hasSize(1);
        assertThat(broken(1, "Scan", "arn:aws:dynamodb:us-east-1:123456789012:table/t"))
                .hasSize(1);
    }

    @Test
    void theFirstRuleThatTakesACallWins() {
        FaultRule first = on("*").times(1).inject(Fault.hang());
        FaultRule second = on("*").inject(Fault.throttle());

        broken(3, "Scan", "t");

        assertThat(first.injected()).isEqualTo(1);
        assertThat(second.injected()).isEqualTo(2);
    }

    @Test
    void aSeedGivesTheSameCallsEachTime() {
        on("*").probability(0.3, 7).inject(Fault.hang());
        List<Integer> once = broken(200, "Scan", "t");
        rules.clear();
        on("*").probability(0.3, 7).inject(Fault.hang());

        assertThat(broken(200, "Scan", "t")).isEqualTo(once);
        assertThat(once).hasSizeBetween(40, 80);
    }

    @Test
    void clearedRulesBreakNothing() {
        on("*").inject(Fault.hang());
        rules.clear();

        assertThat(broken(3, "Scan", "t")).isEmpty();
    }

    @Test
    void throughputMustBePositive() {
        assertThatThrownBy(() -> proxy.writeUnitsPerSecond(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> proxy.readUnitsPerSecond(Double.NaN)).isInstanceOf(IllegalArgumentException.class);
    }

    private FaultRule.Builder on(String api) {
        return new FaultRule.Builder(rules, api);
    }

    private List<Integer> broken(int calls, String api, String table) {
        return IntStream.range(0, calls)
                .filter(i -> rules.pick(Call.of(api, Json.object().put("TableName", table), i)) != null)
                .boxed()
                .toList();
    }
}
