package dev.lockstep.table;

import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;

/** One attribute of a primary key: its name and its type (S, N or B). */
public record KeyAttribute(String name, ScalarAttributeType type) {
    @Override
    public String toString() {
        return name + " (" + type + ")";
    }
}
