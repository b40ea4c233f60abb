package dev.lockstep.objects;

import dev.lockstep.InvalidSettingsException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A folder in a bucket as a user writes it: {@code s3://bucket} or {@code s3://bucket/prefix}.
 *
 * @param text as it is named in results and messages; without a slash at the end
 * @param prefix of the keys of all objects in the folder, without a slash at its end; empty for the whole bucket
 */
public record ObjectRef(String text, String bucket, String prefix) {
    /** S3 allows 1,024 bytes a key; the rest is for what is put into the folder. */
    private static final int MAX_PREFIX = 512;

    private static final Pattern FORM =
            Pattern.compile("s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/([!-~]*[!-~&&[^/]]))?/?");

    /** Whether a text is meant to be such a reference. */
    public static boolean isMeantBy(String text) {
        return text.startsWith("s3://");
    }

    /** @throws InvalidSettingsException where the text is not of this form */
    public static ObjectRef parse(String text) {
        Matcher m = FORM.matcher(text);
        if (!m.matches() || m.group(1).contains("..")) {
            throw malformed(text, "not a folder in a bucket");
        }
        String prefix = m.group(2) == null ? "" : m.group(2);
        if (List.of(prefix.split("/", -1)).stream()
                .anyMatch(part -> part.equals(".") || part.equals("..") || (part.isEmpty() && !prefix.isEmpty()))) {
            throw malformed(text, "it has a part that is empty, '.' or '..'");
        }
        if (prefix.length() > MAX_PREFIX) {
            throw malformed(text, "its prefix is longer than " + MAX_PREFIX + " characters");
        }
        return of(m.group(1), prefix);
    }

    private static ObjectRef of(String bucket, String prefix) {
        return new ObjectRef("s3://" + bucket + (prefix.isEmpty() ? "" : "/" + prefix), bucket, prefix);
    }

    private static InvalidSettingsException malformed(String text, String problem) {
        return new InvalidSettingsException(
                "read",
                "folder reference '" + text.replaceAll("\\p{Cntrl}+", " ") + "'",
                problem,
                "Write s3://bucket/prefix, in printable ASCII without spaces");
    }

    /** The folder of this name within this one. */
    public ObjectRef folder(String name) {
        return of(bucket, key(name));
    }

    /** The key of the object of this name in this folder. */
    public String key(String name) {
        return prefix.isEmpty() ? name : prefix + "/" + name;
    }

    /** What the keys of this folder's objects begin with, and those of {@code prefix-2} don't. */
    public String keysBeginWith() {
        return prefix.isEmpty() ? "" : prefix + "/";
    }

    @Override
    public String toString() {
        return text;
    }
}
