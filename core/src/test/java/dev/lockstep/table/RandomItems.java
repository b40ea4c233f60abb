package dev.lockstep.table;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Values of all types, nested, from a seed; the same seed gives the same values. Used by one thread. */
public final class RandomItems {
    private static final int DEEPEST = 4;
    private static final String LETTERS = "ab\u00e9\u05d0\u4e2d\ud83d\ude00\"\\/\0\n\u2028 ";

    private final Random random;

    public RandomItems(long seed) {
        random = new Random(seed);
    }

    /** A partition key {@code id} and up to six other attributes. */
    public Item item(String id) {
        Map<String, AttributeValue> attributes = new LinkedHashMap<>();
        attributes.put("id", AttributeValue.fromS(id));
        IntStream.range(0, random.nextInt(7)).forEach(i -> attributes.put("a" + i + text(), value()));
        return Item.of(attributes);
    }

    public AttributeValue value() {
        return value(0);
    }

    private AttributeValue value(int depth) {
        return switch (random.nextInt(depth < DEEPEST ? 10 : 8)) {
            case 0 -> AttributeValue.fromS(text());
            case 1 -> AttributeValue.fromN(number().toString());
            case 2 -> AttributeValue.fromB(binary());
            case 3 -> AttributeValue.fromSs(List.copyOf(distinct(new LinkedHashSet<>(), this::text)));
            case 4 -> AttributeValue.fromNs(numbers());
            case 5 -> AttributeValue.fromBs(List.copyOf(distinct(new LinkedHashSet<>(), this::binary)));
            case 6 -> AttributeValue.fromBool(random.nextBoolean());
            case 7 -> AttributeValue.fromNul(true);
            case 8 -> AttributeValue.fromL(list(depth));
            default -> AttributeValue.fromM(map(depth));
        };
    }

    private List<AttributeValue> list(int depth) {
        return IntStream.range(0, random.nextInt(4))
                .mapToObj(i -> value(depth + 1))
                .toList();
    }

    private Map<String, AttributeValue> map(int depth) {
        Map<String, AttributeValue> map = new HashMap<>();
        IntStream.range(0, random.nextInt(4)).forEach(i -> map.put("m" + i + text(), value(depth + 1)));
        return map;
    }

    private List<String> numbers() {
        return distinct(new TreeSet<>(), this::number).stream()
                .map(BigDecimal::toString)
                .toList();
    }

    private <T, S extends Set<T>> S distinct(S set, Supplier<T> next) {
        int size = 1 + random.nextInt(4);
        while (set.size() < size) {
            set.add(next.get());
        }
        return set;
    }

    private String text() {
        int[] letters = LETTERS.codePoints().toArray();
        return random.ints(random.nextInt(8), 0, letters.length)
                .mapToObj(i -> Character.toString(letters[i]))
                .collect(Collectors.joining());
    }

    /** Any number that DynamoDB takes: up to 38 digits, from 1E-130 to below 1E126. */
    private BigDecimal number() {
        int digits = 1 + random.nextInt(38);
        BigInteger unscaled = new BigInteger(120, random).mod(BigInteger.TEN.pow(digits));
        int exponent = random.nextInt(4) > 0 ? -random.nextInt(5) : random.nextInt(256 - digits) - 130;
        BigDecimal number = new BigDecimal(unscaled, -exponent);
        return random.nextBoolean() ? number : number.negate();
    }

    private SdkBytes binary() {
        byte[] bytes = new byte[random.nextInt(6)];
        random.nextBytes(bytes);
        return SdkBytes.fromByteArray(bytes);
    }

    /** The same item to DynamoDB: other spellings, other orders of sets and attributes. */
    public Item respelled(Item item) {
        return Item.of(map(item.attributes(), this::respelled));
    }

    public AttributeValue respelled(AttributeValue value) {
        return switch (value.type()) {
            case N -> AttributeValue.fromN(respelled(value.n()));
            case NS ->
                AttributeValue.fromNs(
                        shuffled(value.ns().stream().map(this::respelled).toList()));
            case SS -> AttributeValue.fromSs(shuffled(value.ss()));
            case BS -> AttributeValue.fromBs(shuffled(value.bs()));
            case L ->
                AttributeValue.fromL(value.l().stream().map(this::respelled).toList());
            case M -> AttributeValue.fromM(map(value.m(), this::respelled));
            default -> value.toBuilder().build();
        };
    }

    private Map<String, AttributeValue> map(
            Map<String, AttributeValue> map, Function<AttributeValue, AttributeValue> change) {
        Map<String, AttributeValue> changed = new LinkedHashMap<>();
        shuffled(List.copyOf(map.keySet())).forEach(name -> changed.put(name, change.apply(map.get(name))));
        return changed;
    }

    private String respelled(String number) {
        BigDecimal value = new BigDecimal(number);
        return switch (random.nextInt(5)) {
            case 0 -> value.toPlainString();
            case 1 -> value.stripTrailingZeros().toString();
            case 2 -> value.setScale(value.scale() + 3).toString();
            case 3 -> value.signum() == 0 ? "-0" : value.toEngineeringString();
            default -> value.unscaledValue() + "e" + -value.scale();
        };
    }

    private <T> List<T> shuffled(List<T> list) {
        List<T> other = new ArrayList<>(list);
        Collections.shuffle(other, random);
        return other;
    }

    /** Another value to DynamoDB, changed in one place at some depth. */
    public AttributeValue changed(AttributeValue value) {
        return switch (value.type()) {
            case S -> AttributeValue.fromS(value.s() + "!");
            case N -> AttributeValue.fromN(changed(value.n()));
            case B -> AttributeValue.fromB(longer(value.b()));
            case SS -> AttributeValue.fromSs(with(value.ss(), String.join("", value.ss()) + "!"));
            case NS ->
                AttributeValue.fromNs(with(value.ns().subList(1, value.ns().size()), "7E-129"));
            case BS -> AttributeValue.fromBs(with(value.bs(), SdkBytes.fromByteArray(new byte[7])));
            case BOOL -> AttributeValue.fromBool(!value.bool());
            case NUL -> AttributeValue.fromS("");
            case L -> AttributeValue.fromL(changed(value.l()));
            case M -> AttributeValue.fromM(changed(value.m()));
            case UNKNOWN_TO_SDK_VERSION -> throw new IllegalArgumentException();
        };
    }

    private List<AttributeValue> changed(List<AttributeValue> list) {
        if (list.isEmpty() || random.nextInt(4) == 0) {
            return with(list, AttributeValue.fromNul(true));
        }
        List<AttributeValue> other = new ArrayList<>(list);
        int at = random.nextInt(list.size());
        other.set(at, changed(list.get(at)));
        return other;
    }

    private Map<String, AttributeValue> changed(Map<String, AttributeValue> map) {
        Map<String, AttributeValue> other = new HashMap<>(map);
        if (map.isEmpty() || random.nextInt(4) == 0) {
            other.put("more", AttributeValue.fromNul(true));
            return other;
        }
        String name = shuffled(List.copyOf(map.keySet())).get(0);
        other.put(name, changed(map.get(name)));
        return other;
    }

    /** The next number: one more in the last digit. */
    private static String changed(String number) {
        BigDecimal value = new BigDecimal(number);
        return value.add(value.ulp()).toString();
    }

    private static SdkBytes longer(SdkBytes bytes) {
        byte[] array = bytes.asByteArray();
        return SdkBytes.fromByteArray(java.util.Arrays.copyOf(array, array.length + 1));
    }

    private static <T> List<T> with(List<T> list, T more) {
        List<T> longer = new ArrayList<>(list);
        longer.add(more);
        return longer;
    }
}
