package dev.lockstep.streams.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.InvalidSettingsException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BindTest {
    @Test
    void a_port_alone_is_of_this_machine_only() {
        assertThat(Bind.parse("8080")).isEqualTo(new Bind("127.0.0.1", 8080)).isEqualTo(Bind.loopback(8080));
        assertThat(Bind.parse("0")).isEqualTo(Bind.loopback(0));
    }

    @Test
    void other_interfaces_are_named() {
        assertThat(Bind.parse("0.0.0.0:8080")).isEqualTo(new Bind("0.0.0.0", 8080));
        assertThat(Bind.parse("localhost:1")).isEqualTo(new Bind("localhost", 1));
        assertThat(Bind.parse("[::]:8080")).isEqualTo(new Bind("::", 8080));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", ":8080", "65536", "-1", "::1:8080", "host:", "a b:99999", "1.2.3.4:8080/x"})
    void anything_else_is_refused(String text) {
        assertThatThrownBy(() -> Bind.parse(text))
                .isInstanceOf(InvalidSettingsException.class)
                .hasMessageContaining("Say a port");
    }
}
