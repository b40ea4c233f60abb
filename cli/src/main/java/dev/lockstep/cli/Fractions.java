package dev.lockstep.cli;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A part of a whole as users write it: {@code 1%}, {@code 0.5%}. */
final class Fractions implements ITypeConverter<Double> {
    private static final Pattern FORM = Pattern.compile("(\\d{1,3}(?:\\.\\d+)?)%");

    @Override
    public Double convert(String text) {
        Matcher m = FORM.matcher(text);
        if (!m.matches()) {
            throw new TypeConversionException("'" + text + "' is not a percentage such as 1% or 0.5%");
        }
        return Double.parseDouble(m.group(1)) / 100;
    }
}
