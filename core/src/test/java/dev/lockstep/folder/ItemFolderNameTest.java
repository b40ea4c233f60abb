package dev.lockstep.folder;

import static dev.lockstep.table.TestItems.BY_BINARY;
import static dev.lockstep.table.TestItems.BY_STRING;
import static dev.lockstep.table.TestItems.BY_STRING_AND_NUMBER;
import static dev.lockstep.table.TestItems.b;
import static dev.lockstep.table.TestItems.n;
import static dev.lockstep.table.TestItems.s;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.table.Key;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The expected hashes and bytes are those that JavaScript's {@code JSON.stringify} and Node's {@code crypto} gave. */
class ItemFolderNameTest {
    private static final String ODD = "/\"\\\b\t\n\f\r\u0001\u001f\u007f\u2028é☃😀";

    @Test
    void aKeyOfOneAttributeHasTwoNames() {
        Key key = BY_STRING.keyOf(Map.of("id", s("record-1")));
        assertThat(ItemFolderName.of(key))
                .isEqualTo("d9b6990bcccce4c29a5f27866bf6f105a0fe391a29c4092e795f0b3c6528e4ac");
        assertThat(ItemFolderName.all(key)).containsExactly(ItemFolderName.of(key), "ee2bdf43ab8f10ad6c66546714da218b");
    }

    @Test
    void aKeyOfTwoAttributesHasFourNames() {
        Key key = BY_STRING_AND_NUMBER.keyOf(Map.of("at", n("7"), "id", s("a")));
        assertThat(ItemFolderName.of(key))
                .isEqualTo("4d1c8f0f9110526370d8e678b8fb2aba5cb7ed93080a3ed6d1976b8f9bc6137d");
        assertThat(ItemFolderName.all(key))
                .containsExactly(
                        ItemFolderName.of(key),
                        "71bf0645d9fb8a93d8120ea7b87c1784",
                        "0c86d0d3cae31b7b224f0a548e8976ef968d836735a79121700bd954fab105ef",
                        "775dba9fc3af14465fb1a08f097b1135");
    }

    @Test
    void binaryKeysAreBase64() {
        Key key = BY_BINARY.keyOf(Map.of("id", b(0, 1, 255)));
        assertThat(ItemFolderName.of(key))
                .isEqualTo("085f9adc0bfbb1163794df5a1706c89e42b9fdaf9e8372b9f97cb90cc102dc76");
    }

    @Test
    void oddCharactersAreEscapedAsInJavaScript() {
        assertThat(HexFormat.of().formatHex(ItemFolderJson.bytes(Map.of("id", s(ODD)))))
                .isEqualTo("7b226964223a7b2253223a222f5c225c5c5c625c745c6e5c665c725c75303030315c75303031667f"
                        + "e280a8c3a9e29883f09f9880227d7d");
        assertThat(ItemFolderName.all(BY_STRING.keyOf(Map.of("id", s(ODD)))))
                .containsExactly(
                        "9baf365f499da1c21e281a76cf3452f603df8ebe161d85ecf3cae7fa45d7fe2f",
                        "6a25c0e7cfc7e826acea2b876398db47");
    }
}
