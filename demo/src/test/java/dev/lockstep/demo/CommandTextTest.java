package dev.lockstep.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class CommandTextTest {
    @Test
    void plainWordsStayAsTheyAre() {
        assertThat(CommandText.of(List.of("diff", "localhost:8001/orders", "--settle", "1s")))
                .isEqualTo("./lockstep diff localhost:8001/orders --settle 1s");
    }

    @Test
    void wordsThatAShellWouldChangeAreQuoted() {
        assertThat(CommandText.of(List.of("{\"id\":\"it's\"}"))).isEqualTo("./lockstep '{\"id\":\"it'\\''s\"}'");
    }

    @Test
    void aLongCommandGoesOnInTheNextLineBeforeAnOption() {
        String report = "/tmp/" + "x".repeat(90);

        assertThat(CommandText.of(List.of("diff", "--repair", "--report", report)))
                .isEqualTo("./lockstep diff --repair \\\n      --report " + report);
    }
}
