package dev.lockstep.table;

import static dev.lockstep.table.TestItems.BY_STRING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class DynamoTableTest extends SingleCallContract {
    private static final TestDynamo DYNAMO = TestDynamo.shared();

    @Override
    Table open(KeySchema schema) {
        return DYNAMO.table("direct", schema);
    }

    @Test
    void aTableThatDoesNotExistCannotBeOpened() {
        assertThatThrownBy(() -> DynamoTable.open(DYNAMO.client(), "no-such-table"))
                .isInstanceOf(UnknownTableException.class)
                .hasMessageContaining("DescribeTable no-such-table: no such table")
                .hasNoSuppressedExceptions();
    }

    @Test
    void aTableOfAReferenceIsNamedAsTheUserWroteIt() {
        String name = DYNAMO.createTable("ref", BY_STRING);
        TableRef ref = TableRef.parse("us-east-1/" + name);
        DynamoTable table = DynamoTable.open(DYNAMO.client(), ref);
        assertThat(table.name()).isEqualTo("us-east-1/" + name);
        assertThat(table.usage().requests()).containsEntry("DescribeTable", 1L);
    }

    @Test
    void aTableWithoutTimeToLiveNamesNoAttribute() {
        assertThat(DYNAMO.table("plain", BY_STRING).timeToLiveAttribute()).isEqualTo(Optional.empty());
    }
}
