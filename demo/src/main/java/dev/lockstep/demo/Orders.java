package dev.lockstep.demo;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Orders as a shop keeps them: all ten DynamoDB types, nested documents, numbers of 38 digits, empty strings and lists,
 * text in several scripts. The order of a number is the same in each run. A few customers have many orders, most have
 * few. Thread-safe.
 */
final class Orders {
    static final String TABLE = "orders";
    static final String CUSTOMER = "customer";
    static final String ORDER = "order_id";

    private static final long SEED = 20_250_314;
    private static final int CUSTOMERS = 2_500;
    /** Which share of the orders has the costly types: DynamoDB Local takes its time for each value. */
    static final int EXPORTS = 4;

    private static final List<String> NOTES = List.of(
            "",
            "Please ring twice",
            "Happy birthday 🎂🎉",
            "اتركه عند الباب من فضلك",
            "נא להשאיר ליד הדלת",
            "お届けは午後にお願いします",
            "Family 👨‍👩‍👧‍👦, 2nd floor; beware of the dog 🐕‍🦺",
            "quotes \" and \\ and\ttabs");
    private static final List<String> CITIES =
            List.of("Zürich", "São Paulo", "القاهرة", "東京", "Kraków", "Galway", "Montréal");
    private static final List<String> TAGS =
            List.of("gift", "express", "fragile", "b2b", "first-order", "📦 bulky", "pick-up");

    private Orders() {}

    /** The key of that order. */
    static Map<String, AttributeValue> key(int number) {
        return keyOf(item(number));
    }

    /** The key attributes of an order. */
    static Map<String, AttributeValue> keyOf(Map<String, AttributeValue> item) {
        Map<String, AttributeValue> key = new LinkedHashMap<>();
        key.put(CUSTOMER, item.get(CUSTOMER));
        key.put(ORDER, item.get(ORDER));
        return key;
    }

    /** The order of that number, in a map of its own. */
    static Map<String, AttributeValue> item(int number) {
        Random random = new Random(SEED + 7919L * number);
        Map<String, AttributeValue> order = new LinkedHashMap<>();
        order.put(CUSTOMER, Value.string("c-" + padded((int) (Math.pow(random.nextDouble(), 3) * CUSTOMERS), 5)));
        order.put(ORDER, Value.string("2025-" + padded(number, 7)));
        order.put("placed_at", Value.number(1_735_689_600L + random.nextInt(31_536_000)));
        order.put("lines", lines(random));
        order.put("total", Value.number(money(random)));
        order.put("gift", Value.yes(random.nextInt(5) == 0));
        order.put("note", Value.string(pick(random, NOTES)));
        order.put("tags", Value.strings(members(random, TAGS)));
        order.put("signature", Value.bytes(noise(random, 64)));
        order.put("address", address(random));
        if (isExport(number)) {
            order.putAll(papers(random));
        }
        return order;
    }

    /** Every fourth order goes abroad, and has all that an order can have. */
    static boolean isExport(int number) {
        return number % EXPORTS == 0;
    }

    private static Map<String, AttributeValue> papers(Random random) {
        return Map.of(
                "exchange_rate", Value.number("1." + digits(random, 37)),
                "ledger", Value.number("-" + digits(random, 38)),
                "coupon", random.nextInt(3) == 0 ? Value.string("SPRING25") : Value.nothing(),
                "history", history(random),
                "ratings", Value.numbers(List.of("5", "4.5", "-0.0" + digits(random, 2))),
                "documents", Value.blobs(noise(random, 32), noise(random, 32)));
    }

    private static AttributeValue history(Random random) {
        String day = padded(1 + random.nextInt(28), 2);
        return Value.list(List.of(Value.string("placed 03-" + day), Value.string("shipped 04-" + day)));
    }

    private static AttributeValue lines(Random random) {
        AttributeValue first = line(random);
        return Value.list(random.nextInt(4) == 0 ? List.of(first, line(random)) : List.of(first));
    }

    private static AttributeValue line(Random random) {
        List<AttributeValue> options =
                random.nextInt(10) == 0 ? List.of(Value.string("blue"), Value.string(""), Value.nothing()) : List.of();
        return Value.map(Map.of(
                "sku", Value.string("SKU-" + digits(random, 6)),
                "quantity", Value.number(1 + random.nextInt(9)),
                "price", Value.number(money(random)),
                "options", Value.list(options)));
    }

    private static AttributeValue address(Random random) {
        return Value.map(Map.of(
                "city", Value.string(pick(random, CITIES)),
                "street", Value.string(1 + random.nextInt(300) + " Main Street"),
                "company", random.nextInt(4) == 0 ? Value.string("") : Value.nothing()));
    }

    private static String money(Random random) {
        return 5 + random.nextInt(2_000) + "." + digits(random, 2);
    }

    private static String padded(int number, int width) {
        String digits = Integer.toString(number);
        return "0".repeat(Math.max(0, width - digits.length())) + digits;
    }

    /** Digits of which none is 0, so that none is lost as a leading or trailing zero. */
    private static String digits(Random random, int count) {
        StringBuilder digits = new StringBuilder(count);
        for (int i = 0; i < count; i++) {
            digits.append((char) ('1' + random.nextInt(9)));
        }
        return digits.toString();
    }

    private static byte[] noise(Random random, int length) {
        byte[] noise = new byte[length];
        random.nextBytes(noise);
        return noise;
    }

    private static List<String> members(Random random, List<String> all) {
        int first = random.nextInt(all.size() - 2);
        return new ArrayList<>(all.subList(first, first + 2));
    }

    private static String pick(Random random, List<String> all) {
        return all.get(random.nextInt(all.size()));
    }
}
