package dev.lockstep.table;

import static dev.lockstep.table.TestItems.b;
import static dev.lockstep.table.TestItems.bool;
import static dev.lockstep.table.TestItems.bs;
import static dev.lockstep.table.TestItems.bytes;
import static dev.lockstep.table.TestItems.l;
import static dev.lockstep.table.TestItems.m;
import static dev.lockstep.table.TestItems.n;
import static dev.lockstep.table.TestItems.ns;
import static dev.lockstep.table.TestItems.nul;
import static dev.lockstep.table.TestItems.s;
import static dev.lockstep.table.TestItems.ss;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

class ValuesTest {
    private static void assertSame(AttributeValue a, AttributeValue b) {
        assertThat(Values.equal(a, b)).as("%s equals %s", a, b).isTrue();
        assertThat(Values.equal(b, a)).as("%s equals %s", b, a).isTrue();
        assertThat(Values.hash(a)).isEqualTo(Values.hash(b));
    }

    private static void assertDiffer(AttributeValue a, AttributeValue b) {
        assertThat(Values.equal(a, b)).as("%s equals %s", a, b).isFalse();
        assertThat(Values.equal(b, a)).as("%s equals %s", b, a).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "1, 1.0",
        "1, 1e0",
        "5, +5",
        "7, 007",
        "0, -0",
        "0, 0E+100",
        "100, 1E2",
        "0.5, .5",
        "12345678901234567890123456789012345678, 1.2345678901234567890123456789012345678E37"
    })
    void numbersAreEqualByValue(String a, String b) {
        assertSame(n(a), n(b));
        assertSame(ns(a, "3"), ns("3.0", b));
    }

    @ParameterizedTest
    @CsvSource({
        "1, -1",
        "1, 1.00000000000000000000000000000000000001",
        "9007199254740992, 9007199254740993",
        "12345678901234567890123456789012345678, 12345678901234567890123456789012345679",
        "1E-130, 2E-130"
    })
    void numbersThatDoublesCannotTellApartDiffer(String a, String b) {
        assertDiffer(n(a), n(b));
        assertDiffer(ns(a), ns(b));
    }

    @Test
    void setsHaveNoOrder() {
        assertSame(ss("a", "b", "c"), ss("c", "a", "b"));
        assertSame(ns("1", "2"), ns("2", "1"));
        assertSame(bs(bytes(1), bytes(2)), bs(bytes(2), bytes(1)));
        assertDiffer(ss("a", "b"), ss("a", "c"));
        assertDiffer(ss("a"), ss("a", "b"));
        assertDiffer(bs(bytes(1)), bs(bytes(1, 0)));
    }

    @Test
    void listsHaveOrder() {
        assertSame(l(n("1"), s("x")), l(n("1.0"), s("x")));
        assertDiffer(l(n("1"), n("2")), l(n("2"), n("1")));
        assertDiffer(l(n("1")), l(n("1"), n("1")));
    }

    @Test
    void mapsAreEqualByNamesAndValues() {
        assertSame(m(Map.of("a", n("1"), "b", ss("x", "y"))), m(Map.of("b", ss("y", "x"), "a", n("1.0"))));
        assertDiffer(m(Map.of("a", n("1"))), m(Map.of("a", n("2"))));
        assertDiffer(m(Map.of("a", nul())), m(Map.of("b", nul())));
        assertDiffer(m(Map.of("a", nul())), m(Map.of()));
    }

    @Test
    void typesAreNeverEqualToOneAnother() {
        List<AttributeValue> values = List.of(
                s("1"),
                n("1"),
                b('1'),
                ss("1"),
                ns("1"),
                bs(bytes('1')),
                bool(true),
                nul(),
                l(s("1")),
                m(Map.of()),
                l());
        for (int i = 0; i < values.size(); i++) {
            for (int j = 0; j < i; j++) {
                assertDiffer(values.get(i), values.get(j));
            }
        }
    }

    @Test
    void stringsAndBinaryAreEqualByContent() {
        assertDiffer(s("\u00e9"), s("e\u0301"));
        assertDiffer(s(""), s(" "));
        assertSame(b(0, 255), b(0, 255));
        assertDiffer(b(0), b());
        assertDiffer(bool(true), bool(false));
    }

    @Test
    void sizesFollowDynamoDbsRule() {
        assertThat(Values.size(s(""))).isZero();
        assertThat(Values.size(s("abc"))).isEqualTo(3);
        assertThat(Values.size(s("\u00e9"))).isEqualTo(2);
        assertThat(Values.size(s("a\ud83d\ude00"))).isEqualTo(5);
        assertThat(Values.size(b(1, 2, 3))).isEqualTo(3);
        assertThat(Values.size(bool(false))).isEqualTo(1);
        assertThat(Values.size(nul())).isEqualTo(1);
        assertThat(Values.size(ss("a", "bcd"))).isEqualTo(4);
        assertThat(Values.size(bs(bytes(), bytes(1, 2)))).isEqualTo(2);
        assertThat(Values.size(l())).isEqualTo(3);
        assertThat(Values.size(l(s("ab"), nul()))).isEqualTo(3 + (1 + 2) + (1 + 1));
        assertThat(Values.size(m(Map.of()))).isEqualTo(3);
        assertThat(Values.size(m(Map.of("key", s("value"))))).isEqualTo(3 + 1 + 3 + 5);
        assertThat(Values.size(l(m(Map.of("k", l()))))).isEqualTo(3 + 1 + (3 + 1 + 1 + 3));
    }

    @ParameterizedTest
    @CsvSource({
        "1, 2",
        "12, 2",
        "123, 3",
        "-1, 3",
        "-123, 4",
        "1.00, 2",
        "100, 2",
        "12345678901234567890123456789012345678, 20",
        "-12345678901234567890123456789012345678, 21"
    })
    void numbersTakeAByteForTwoDigitsAndOneMore(String number, long bytes) {
        assertThat(Values.size(n(number))).isEqualTo(bytes);
        assertThat(Values.size(ns(number))).isEqualTo(bytes);
    }

    @Test
    void anItemsSizeCountsNamesAndValues() {
        Item item = Item.of(Map.of("id", s("abc"), "\u00e9", n("12"), "l", l(bool(true))));
        assertThat(item.size()).isEqualTo((2 + 3) + (2 + 2) + (1 + 3 + 1 + 1));
    }

    @Test
    void heapGrowsWithWhatIsHeld() {
        assertThat(Values.heap(s("x".repeat(1000)))).isBetween(1000L, 1400L);
        assertThat(Values.heap(l(s("x"), s("y")))).isGreaterThan(2 * Values.heap(s("x")));
        assertThat(Item.of(Map.of("a", s("x"))).heap()).isGreaterThan(Values.heap(s("x")));
    }

    @Test
    void onlyPairsOfSurrogatesCanBeCarried() {
        assertThat(List.of("", "plain", "\ud83d\ude00", "x\ud83d\ude00\ud83d\ude00x", "\uffff"))
                .allMatch(Values::encodable);
        assertThat(List.of("\ud83d", "\ude00", "\ude00\ud83d", "\ud83d\ud83d\ude00", "\ud83d\ude00\ude00", "x\ud83dx"))
                .noneMatch(Values::encodable);
        assertThat(Values.encodable(l(m(Map.of("k", ss("ok", "\ud83d")))))).isFalse();
        assertThat(Values.encodable(m(Map.of("\ud83d", nul())))).isFalse();
        assertThat(Values.encodable(l(b(0xd8, 0), n("1"), ns("1"), bool(true), nul())))
                .isTrue();
    }
}
