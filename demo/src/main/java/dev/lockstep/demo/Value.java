package dev.lockstep.demo;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Short names for DynamoDB's types, so that an order reads like a document. */
final class Value {
    private Value() {}

    static AttributeValue string(String text) {
        return AttributeValue.fromS(text);
    }

    static AttributeValue number(String digits) {
        return AttributeValue.fromN(digits);
    }

    static AttributeValue number(long number) {
        return AttributeValue.fromN(Long.toString(number));
    }

    static AttributeValue bytes(byte[] bytes) {
        return AttributeValue.fromB(SdkBytes.fromByteArray(bytes));
    }

    static AttributeValue strings(List<String> members) {
        return AttributeValue.fromSs(members);
    }

    static AttributeValue numbers(List<String> members) {
        return AttributeValue.fromNs(members);
    }

    static AttributeValue blobs(byte[]... members) {
        return AttributeValue.fromBs(
                Arrays.stream(members).map(SdkBytes::fromByteArray).toList());
    }

    static AttributeValue list(List<AttributeValue> elements) {
        return AttributeValue.fromL(elements);
    }

    static AttributeValue map(Map<String, AttributeValue> members) {
        return AttributeValue.fromM(members);
    }

    static AttributeValue yes(boolean truth) {
        return AttributeValue.fromBool(truth);
    }

    static AttributeValue nothing() {
        return AttributeValue.fromNul(true);
    }
}
