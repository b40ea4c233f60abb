package dev.lockstep.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CapacityRulesTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'a':{'S':''}} | 1",
                "{'a':{'S':'xyz'}} | 4",
                "{'é':{'S':'😀'}} | 6",
                "{'a':{'N':'0'}} | 2",
                "{'a':{'N':'100'}} | 3",
                "{'a':{'N':'-123'}} | 5",
                "{'a':{'N':'12.50'}} | 4",
                "{'a':{'B':'AAECAw=='}} | 5",
                "{'a':{'BOOL':true}} | 2",
                "{'a':{'NULL':true}} | 2",
                "{'a':{'L':[]}} | 4",
                "{'a':{'M':{}}} | 4",
                "{'a':{'L':[{'S':'xy'},{'NULL':true}]}} | 9",
                "{'a':{'M':{'bc':{'S':'xy'}}}} | 9",
                "{'a':{'SS':['x','yz']}} | 4",
                "{'a':{'NS':['1','-2']}} | 6",
            })
    void itemSizesFollowAwssRules(String item, long bytes) {
        assertThat(CapacityRules.itemSize(Json.parse(item.replace('\'', '"').getBytes(UTF_8))))
                .isEqualTo(bytes);
    }

    @ParameterizedTest
    @CsvSource({"0,1,1", "1,1,1", "1024,1,1", "1025,2,1", "4096,4,1", "4097,5,2", "409600,400,100"})
    void unitsRoundUp(long bytes, double write, double read) {
        assertThat(CapacityRules.writeUnits(bytes)).isEqualTo(write);
        assertThat(CapacityRules.readUnits(bytes, true)).isEqualTo(read);
        assertThat(CapacityRules.readUnits(bytes, false)).isEqualTo(read / 2);
    }
}
