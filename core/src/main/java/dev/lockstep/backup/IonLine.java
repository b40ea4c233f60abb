package dev.lockstep.backup;

import com.amazon.ion.IonException;
import com.amazon.ion.IonReader;
import com.amazon.ion.IonType;
import com.amazon.ion.system.IonReaderBuilder;
import dev.lockstep.table.Item;
import dev.lockstep.table.MalformedItemException;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Items as Amazon Ion text, a line each: {@code $ion_1_0 {Item:{…}}}. Numbers are decimals; sets are lists with an
 * annotation; any null is DynamoDB's NULL.
 */
enum IonLine implements LineFormat {
    /** {@code {Item:{…}}}: a full export. */
    WRAPPED {
        @Override
        ItemState read(Fields line) throws MalformedItemException {
            if (line.item == null) {
                throw new MalformedItemException("no 'Item'");
            }
            return ItemState.of(line.item);
        }
    },

    /** {@code {Record:{Keys:{…},Metadata:{WriteTimestampMicros:…},NewImage:{…}}}}: what an item had become. */
    CHANGED {
        @Override
        ItemState read(Fields line) throws MalformedItemException {
            if (line.keys == null || line.micros.isEmpty()) {
                throw new MalformedItemException("no 'Keys', or no 'WriteTimestampMicros'");
            }
            return new ItemState(Optional.of(line.keys.attributes()), line.after, line.micros);
        }

        @Override
        public int longest() {
            return BackupLines.TWO_IMAGES;
        }
    };

    private static final int MAX_DIGITS = 38;
    private static final int MIN_EXPONENT = -130;
    private static final int MAX_EXPONENT = 125;
    private static final int DEEPEST = 33;

    /** DynamoDB's numbers have no more digits, however they are written. */
    private static final int MAX_WRITTEN_DIGITS = 300;

    /** No string or blob in an item has so many digits in a row; a number of so many takes very long to read. */
    private static final int ENDLESS = 600_000;

    private static final IonReaderBuilder READERS = IonReaderBuilder.standard();

    abstract ItemState read(Fields line) throws MalformedItemException;

    @Override
    public ItemState read(String line) throws MalformedItemException {
        requireEnds(line);
        try (IonReader ion = READERS.build(line)) {
            if (ion.next() != IonType.STRUCT || ion.isNullValue()) {
                throw new MalformedItemException("not an Ion struct");
            }
            Fields fields = new Fields();
            fields.read(ion);
            if (ion.next() != null) {
                throw new MalformedItemException("more than one Ion value");
            }
            return read(fields);
        } catch (IonException | IllegalStateException | ArithmeticException | NumberFormatException e) {
            throw new MalformedItemException("not Ion");
        } catch (IOException e) {
            throw new IllegalStateException("reading from a text", e);
        }
    }

    private static void requireEnds(String line) throws MalformedItemException {
        int digits = 0;
        for (int i = 0; i < line.length() && line.length() > ENDLESS; i++) {
            char c = line.charAt(i);
            digits = c == '_' || (c >= '0' && c <= '9') ? digits + 1 : 0;
            if (digits > ENDLESS) {
                throw new MalformedItemException("a number without end");
            }
        }
    }

    /** What a line's struct holds. */
    static final class Fields {
        @Nullable
        Item item;

        @Nullable
        Item keys;

        @Nullable
        Item after;

        String micros = "";

        /** Around the fields of a change there may be a struct of the name Record. */
        void read(IonReader ion) throws MalformedItemException {
            ion.stepIn();
            for (IonType type = ion.next(); type != null; type = ion.next()) {
                switch (ion.getFieldName()) {
                    case "Item" -> item = item(ion);
                    case "Keys" -> keys = item(ion);
                    case "NewImage" -> after = item(ion);
                    case "OldImage" -> item(ion);
                    case "Metadata" -> metadata(requireStruct(ion));
                    case "Record" -> read(requireStruct(ion));
                    default -> {}
                }
            }
            ion.stepOut();
        }

        private void metadata(IonReader ion) throws MalformedItemException {
            ion.stepIn();
            for (IonType type = ion.next(); type != null; type = ion.next()) {
                if (ion.getFieldName().equals("WriteTimestampMicros")) {
                    micros = micros(ion, type);
                }
            }
            ion.stepOut();
        }

        private static String micros(IonReader ion, IonType type) throws MalformedItemException {
            if (type == IonType.STRUCT) {
                ion.stepIn();
                String micros = micros(ion, ion.next());
                ion.stepOut();
                return micros;
            }
            String text = type == IonType.STRING ? ion.stringValue() : number("WriteTimestampMicros", ion);
            if (text == null || !text.matches("[0-9]{1,19}")) {
                throw new MalformedItemException("no 'WriteTimestampMicros'");
            }
            return text;
        }

        private static Item item(IonReader ion) throws MalformedItemException {
            return ItemLimits.checked(map(requireStruct(ion), 1));
        }

        private static IonReader requireStruct(IonReader ion) throws MalformedItemException {
            if (ion.getType() != IonType.STRUCT || ion.isNullValue()) {
                throw new MalformedItemException("'" + ion.getFieldName() + "' is not an Ion struct");
            }
            return ion;
        }
    }

    private static Map<String, AttributeValue> map(IonReader ion, int level) throws MalformedItemException {
        Map<String, AttributeValue> map = new LinkedHashMap<>();
        ion.stepIn();
        while (ion.next() != null) {
            String name = ion.getFieldName();
            if (map.put(name, value(name, ion, level)) != null) {
                throw new MalformedItemException("'" + name + "' is there twice");
            }
        }
        ion.stepOut();
        return map;
    }

    private static AttributeValue value(String name, IonReader ion, int level) throws MalformedItemException {
        if (level > DEEPEST) {
            throw new MalformedItemException("'" + name + "' is nested too deep");
        }
        String[] annotations = ion.getTypeAnnotations();
        if (annotations.length > 0) {
            return set(name, ion, annotations);
        }
        if (ion.isNullValue()) {
            return AttributeValue.fromNul(true);
        }
        return switch (ion.getType()) {
            case STRING -> AttributeValue.fromS(ion.stringValue());
            case DECIMAL, INT -> AttributeValue.fromN(number(name, ion));
            case BLOB -> AttributeValue.fromB(SdkBytes.fromByteArrayUnsafe(ion.newBytes()));
            case BOOL -> AttributeValue.fromBool(ion.booleanValue());
            case STRUCT -> AttributeValue.fromM(map(ion, level + 1));
            case LIST -> AttributeValue.fromL(elements(ion, () -> value(name, ion, level + 1)));
            default -> throw new MalformedItemException("'" + name + "' has an Ion type that DynamoDB does not have");
        };
    }

    private static AttributeValue set(String name, IonReader ion, String[] annotations) throws MalformedItemException {
        if (annotations.length != 1 || ion.getType() != IonType.LIST || ion.isNullValue()) {
            throw new MalformedItemException("'" + name + "' has an annotation that is not known");
        }
        return switch (annotations[0]) {
            case "$dynamodb_SS" ->
                AttributeValue.fromSs(distinct(name, elements(ion, () -> {
                    require(name, ion, IonType.STRING);
                    return ion.stringValue();
                })));
            case "$dynamodb_NS" -> AttributeValue.fromNs(distinct(name, elements(ion, () -> number(name, ion))));
            case "$dynamodb_BS" ->
                AttributeValue.fromBs(distinct(name, elements(ion, () -> {
                    require(name, ion, IonType.BLOB);
                    return SdkBytes.fromByteArrayUnsafe(ion.newBytes());
                })));
            default -> throw new MalformedItemException("'" + name + "' has an annotation that is not known");
        };
    }

    private interface Element<T> {
        T read() throws MalformedItemException;
    }

    private static <T> List<T> elements(IonReader ion, Element<T> element) throws MalformedItemException {
        List<T> elements = new ArrayList<>();
        ion.stepIn();
        while (ion.next() != null) {
            elements.add(element.read());
        }
        ion.stepOut();
        return elements;
    }

    private static <T> List<T> distinct(String name, List<T> set) throws MalformedItemException {
        if (set.isEmpty() || new HashSet<>(set).size() != set.size()) {
            throw new MalformedItemException("'" + name + "' is an empty set or holds a value twice");
        }
        return set;
    }

    private static void require(String name, IonReader ion, IonType type) throws MalformedItemException {
        if (ion.getType() != type || ion.isNullValue() || ion.getTypeAnnotations().length > 0) {
            throw new MalformedItemException("'" + name + "' does not hold what its type says");
        }
    }

    /** In DynamoDB's own form, without an exponent, after a look that it is a number as DynamoDB has them. */
    private static String number(String name, IonReader ion) throws MalformedItemException {
        require(name, ion, ion.getType() == IonType.INT ? IonType.INT : IonType.DECIMAL);
        BigDecimal number =
                ion.getType() == IonType.INT ? new BigDecimal(ion.bigIntegerValue()) : ion.bigDecimalValue();
        if (number.signum() == 0) {
            return "0";
        }
        if (number.precision() > MAX_WRITTEN_DIGITS) {
            throw new MalformedItemException("'" + name + "' is not a number that DynamoDB has");
        }
        BigDecimal stripped = number.stripTrailingZeros();
        long exponent = (long) stripped.precision() - stripped.scale() - 1;
        if (stripped.precision() > MAX_DIGITS || exponent < MIN_EXPONENT || exponent > MAX_EXPONENT) {
            throw new MalformedItemException("'" + name + "' is not a number that DynamoDB has");
        }
        return stripped.toPlainString();
    }
}
