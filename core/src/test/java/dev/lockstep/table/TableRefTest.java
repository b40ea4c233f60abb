package dev.lockstep.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.InvalidSettingsException;
import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TableRefTest {
    @ParameterizedTest
    @CsvSource({
        "us-east-1/orders, us-east-1, orders",
        "us-east-1:orders, us-east-1, orders",
        "ap-southeast-4/my.table_1-x, ap-southeast-4, my.table_1-x",
        "us-gov-west-1/orders, us-gov-west-1, orders",
        "us-isob-east-1:orders, us-isob-east-1, orders",
        "cn-northwest-1/abc, cn-northwest-1, abc"
    })
    void aRegionAndATable(String text, String region, String name) {
        TableRef ref = TableRef.parse(text);
        assertThat(ref.region()).contains(region);
        assertThat(ref.endpoint()).isEmpty();
        assertThat(ref.name()).isEqualTo(name);
        assertThat(ref).hasToString(text);
    }

    @ParameterizedTest
    @CsvSource({
        "arn:aws:dynamodb:us-east-1:123456789012:table/orders, us-east-1",
        "arn:aws-cn:dynamodb:cn-north-1:123456789012:table/orders, cn-north-1",
        "arn:aws-us-gov:dynamodb:us-gov-east-1:000000000000:table/my.orders, us-gov-east-1"
    })
    void anArnIsAskedForAsItIs(String arn, String region) {
        TableRef ref = TableRef.parse(arn);
        assertThat(ref.region()).contains(region);
        assertThat(ref.endpoint()).isEmpty();
        assertThat(ref.name()).isEqualTo(arn);
    }

    @Test
    void anEndpointMayHaveARegionToSignFor() {
        TableRef ref = TableRef.parse("eu-west-1@https://db.example.org:8443/orders");
        assertThat(ref.region()).contains("eu-west-1");
        assertThat(ref.endpoint()).contains(URI.create("https://db.example.org:8443"));
        assertThat(ref.name()).isEqualTo("orders");
        assertThatThrownBy(() -> TableRef.parse("eu-west-1@local/orders")).isInstanceOf(InvalidSettingsException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "local/orders, http://localhost:8000",
        "localhost:8000/orders, http://localhost:8000",
        "127.0.0.1:8000/orders, http://127.0.0.1:8000",
        "db.example.org:1/orders, http://db.example.org:1",
        "[::1]:8000/orders, http://[::1]:8000",
        "http://localhost/orders, http://localhost",
        "http://localhost:8000/orders, http://localhost:8000",
        "https://db.example.org/orders, https://db.example.org",
        "https://db.example.org:65535/orders, https://db.example.org:65535",
        "http://[fe80::1:2]:8000/orders, http://[fe80::1:2]:8000"
    })
    void aTableBehindAnEndpoint(String text, String endpoint) {
        TableRef ref = TableRef.parse(text);
        assertThat(ref.endpoint()).contains(URI.create(endpoint));
        assertThat(ref.region()).isEmpty();
        assertThat(ref.name()).isEqualTo("orders");
        assertThat(ref.text()).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "orders",
                "/orders",
                "us-east-1",
                "us-east-1/",
                "us-east-1/ab",
                "us-east-1/or ders",
                "us-east-1/orders/",
                "us-east-1/orders\n",
                " us-east-1/orders",
                "us-east/orders",
                "US-EAST-1/orders",
                "us-east-1/orders?x",
                "s3://bucket/prefix",
                "ftp://host:21/orders",
                "http:///orders",
                "http://host:/orders",
                "http://host:8000/",
                "http://host:8000/orders/",
                "http://user:secret@host:8000/orders",
                "localhost/orders",
                "localhost:/orders",
                "localhost:port/orders",
                "localhost:0/orders",
                "localhost:65536/orders",
                "http://host:99999/orders",
                "::1:8000/orders",
                "arn:aws:dynamodb:us-east-1:123456789012:table/orders/index/by-date",
                "arn:aws:dynamodb:us-east-1:12345:table/orders",
                "arn:aws:dynamodb:us-east-1:123456789012:orders",
                "arn:aws:s3:us-east-1:123456789012:table/orders"
            })
    void anythingElseIsNoTable(String text) {
        assertThatThrownBy(() -> TableRef.parse(text))
                .isInstanceOf(InvalidSettingsException.class)
                .hasMessageContaining("'" + text + "'");
    }

    @Test
    void aNameMayBe255LettersLong() {
        assertThat(TableRef.parse("us-east-1/" + "x".repeat(255)).name()).hasSize(255);
        assertThatThrownBy(() -> TableRef.parse("us-east-1/" + "x".repeat(256)))
                .isInstanceOf(InvalidSettingsException.class);
    }

    @Test
    void aNameThatNoTableCanHaveIsCalledSo() {
        assertThatThrownBy(() -> TableRef.parse("127.0.0.1:8000/c1"))
                .hasMessageContaining("no table has the name 'c1': it takes 3 to 255 letters");
    }

    @Test
    void aRefusalTellsTheForms() {
        assertThatThrownBy(() -> TableRef.parse("orders")).hasMessageContaining("us-east-1/orders");
    }
}
