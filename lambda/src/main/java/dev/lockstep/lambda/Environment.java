package dev.lockstep.lambda;

import dev.lockstep.InvalidSettingsException;
import dev.lockstep.LockstepException;
import dev.lockstep.lambda.Filter.Role;
import dev.lockstep.lambda.Filter.Turnover;
import dev.lockstep.lambda.Settings.Places;
import dev.lockstep.lambda.Settings.Replica;
import dev.lockstep.objects.ObjectRef;
import dev.lockstep.table.TableRef;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;

/**
 * The environment variables of a function, read in one place and told of all at once where they are wrong: ours, and those
 * of mapbox's dynamodb-replicator.
 */
final class Environment {
    private static final String OURS = "LOCKSTEP_";
    private static final Set<String> KNOWN = Set.of(
            "LOCKSTEP_PRIMARY",
            "LOCKSTEP_REPLICAS",
            "LOCKSTEP_BACKUPS",
            "LOCKSTEP_SKIP_TTL_DELETES",
            "LOCKSTEP_ORDERING_GUARD",
            "LOCKSTEP_DEAD_LETTERS",
            "LOCKSTEP_METRICS",
            "LOCKSTEP_REPORT_BATCH_ITEM_FAILURES",
            "LOCKSTEP_ALLOW_HTTP");

    private static final String TABLE_NAME = "[A-Za-z0-9_.-]{3,255}";

    private final Map<String, String> variables;
    private final List<String> problems = new ArrayList<>();

    private Environment(Map<String, String> variables) {
        this.variables = variables;
    }

    /** @throws InvalidSettingsException with everything that is wrong */
    static Settings forReplicate(Map<String, String> variables) {
        Environment environment = new Environment(variables);
        List<Replica> replicas = environment.replicas();
        if (replicas.isEmpty() && environment.problems.isEmpty()) {
            environment.problems.add(
                    "name a replica: LOCKSTEP_REPLICAS (eu-west-1/orders), or ReplicaTable and ReplicaRegion");
        }
        return environment.settings(replicas, List.of());
    }

    /** @throws InvalidSettingsException with everything that is wrong */
    static Settings forBackup(Map<String, String> variables) {
        Environment environment = new Environment(variables);
        List<ObjectRef> folders = environment.folders();
        if (folders.isEmpty() && environment.problems.isEmpty()) {
            environment.problems.add(
                    "name a folder: LOCKSTEP_BACKUPS (s3://bucket/prefix), or BackupBucket and BackupPrefix");
        }
        return environment.settings(List.of(), folders);
    }

    private Settings settings(List<Replica> replicas, List<ObjectRef> folders) {
        Optional<URI> dynamoEndpoint = read("AWS_ENDPOINT_URL_DYNAMODB", Environment::endpoint);
        Optional<URI> bucketEndpoint = read("AWS_ENDPOINT_URL_S3", Environment::endpoint);
        Optional<TableRef> primary = read("LOCKSTEP_PRIMARY", TableRef::parse);
        Optional<String> guard = read("LOCKSTEP_ORDERING_GUARD", Environment::tableName);
        Optional<ObjectRef> deadLetters = read("LOCKSTEP_DEAD_LETTERS", ObjectRef::parse);
        if (guard.isPresent() && replicas.isEmpty() && problems.isEmpty()) {
            problems.add("LOCKSTEP_ORDERING_GUARD: a folder cannot be guarded");
        }
        if (guard.isPresent() && primary.isEmpty()) {
            problems.add("LOCKSTEP_ORDERING_GUARD needs LOCKSTEP_PRIMARY, for changes whose order ties");
        }
        Filter filter = new Filter(flag("LOCKSTEP_SKIP_TTL_DELETES", false), turnover());
        boolean log = flag("BackupChangeLog", false);
        boolean reports = flag("LOCKSTEP_REPORT_BATCH_ITEM_FAILURES", true);
        Optional<String> metrics = read("LOCKSTEP_METRICS", Environment::namespace);
        Places places = new Places(text("AWS_REGION"), text("BackupRegion"), dynamoEndpoint, bucketEndpoint);
        requireTls(replicas, primary, places);
        requireKnownNames();
        if (!problems.isEmpty()) {
            throw new InvalidSettingsException(
                    "read", "environment", String.join("; ", problems), "Mend the function's environment variables");
        }
        return new Settings(replicas, folders, primary, guard, deadLetters, filter, log, reports, metrics, places);
    }

    /** Unset and empty are the same: Lambda's console keeps empty ones. */
    private Optional<String> text(String name) {
        return Optional.ofNullable(variables.get(name)).map(String::strip).filter(value -> !value.isEmpty());
    }

    private <T> Optional<T> read(String name, Function<String, T> parse) {
        return text(name).flatMap(value -> parsed(name, value, parse));
    }

    private <T> Optional<T> parsed(String name, String value, Function<String, T> parse) {
        try {
            return Optional.of(parse.apply(value));
        } catch (LockstepException e) {
            problems.add(name + ": '" + value + "' is " + e.problem() + ". " + e.hint());
        } catch (IllegalArgumentException e) {
            problems.add(name + ": '" + value + "' is not " + e.getMessage());
        }
        return Optional.empty();
    }

    private <T> List<T> readAll(String name, Function<String, T> parse) {
        return text(name).stream()
                .flatMap(value -> Arrays.stream(value.split("[\\s,]+")))
                .filter(value -> !value.isEmpty())
                .flatMap(value -> parsed(name, value, parse).stream())
                .toList();
    }

    private List<Replica> replicas() {
        List<Replica> replicas = new ArrayList<>(mapboxReplica().stream().toList());
        readAll("LOCKSTEP_REPLICAS", TableRef::parse)
                .forEach(table -> replicas.add(new Replica(table, Optional.empty())));
        return replicas;
    }

    private Optional<Replica> mapboxReplica() {
        Optional<AwsBasicCredentials> credentials = mapboxCredentials();
        Optional<URI> endpoint = read("ReplicaEndpoint", Environment::endpoint);
        Optional<String> region = text("ReplicaRegion").or(() -> text("AWS_REGION"));
        Optional<String> table = read("ReplicaTable", Environment::tableName);
        for (String name :
                List.of("ReplicaRegion", "ReplicaEndpoint", "ReplicaAccessKeyId", "ReplicaSecretAccessKey")) {
            if (text(name).isPresent() && text("ReplicaTable").isEmpty()) {
                problems.add(name + " means nothing without ReplicaTable");
            }
        }
        return table.map(name -> new Replica(
                new TableRef(region.orElse("us-east-1") + "/" + name, region, endpoint, name), credentials));
    }

    private Optional<AwsBasicCredentials> mapboxCredentials() {
        Optional<String> id = text("ReplicaAccessKeyId");
        Optional<String> secret = text("ReplicaSecretAccessKey");
        if (id.isPresent() != secret.isPresent()) {
            problems.add("ReplicaAccessKeyId and ReplicaSecretAccessKey belong together");
            return Optional.empty();
        }
        return id.map(i -> AwsBasicCredentials.create(i, secret.orElseThrow()));
    }

    private List<ObjectRef> folders() {
        List<ObjectRef> folders = new ArrayList<>(mapboxFolder().stream().toList());
        folders.addAll(readAll("LOCKSTEP_BACKUPS", ObjectRef::parse));
        return folders;
    }

    /** Without a prefix, and with slashes at its ends, mapbox's function wrote to keys that have empty parts. */
    private Optional<ObjectRef> mapboxFolder() {
        Optional<String> bucket = text("BackupBucket");
        Optional<String> prefix = text("BackupPrefix");
        if (bucket.isPresent() != prefix.isPresent()) {
            problems.add("BackupBucket and BackupPrefix belong together");
            return Optional.empty();
        }
        if (prefix.map(p -> p.startsWith("/") || p.endsWith("/")).orElse(false)) {
            problems.add("BackupPrefix: it may not begin or end with a slash");
            return Optional.empty();
        }
        return prefix.flatMap(p -> parsed("BackupPrefix", "s3://" + bucket.orElseThrow() + "/" + p, ObjectRef::parse));
    }

    private Optional<Turnover> turnover() {
        Optional<Role> role = read("TurnoverRole", Environment::role);
        Optional<Long> at = read("TurnoverAt", Environment::millis);
        if (text("TurnoverRole").isPresent() != text("TurnoverAt").isPresent()) {
            problems.add("TurnoverRole and TurnoverAt belong together");
        }
        return role.flatMap(r -> at.map(a -> new Turnover(r, a)));
    }

    private boolean flag(String name, boolean usual) {
        return read(name, Environment::truth).orElse(usual);
    }

    private void requireTls(List<Replica> replicas, Optional<TableRef> primary, Places places) {
        if (flag("LOCKSTEP_ALLOW_HTTP", false)) {
            return;
        }
        List<URI> endpoints = new ArrayList<>();
        replicas.forEach(replica -> replica.table().endpoint().ifPresent(endpoints::add));
        primary.flatMap(TableRef::endpoint).ifPresent(endpoints::add);
        places.dynamoEndpoint().ifPresent(endpoints::add);
        places.bucketEndpoint().ifPresent(endpoints::add);
        endpoints.stream()
                .filter(e -> "http".equals(e.getScheme()) && !TableRef.onThisMachine(e))
                .forEach(e -> problems.add(e + ": plain http to another machine would show the items to the network;"
                        + " use https, or set LOCKSTEP_ALLOW_HTTP=true"));
    }

    /** A misspelt name would be a setting that silently does not hold. */
    private void requireKnownNames() {
        Set<String> unknown = new TreeSet<>(variables.keySet());
        unknown.removeIf(name -> !name.startsWith(OURS) || KNOWN.contains(name));
        unknown.forEach(name -> problems.add(name + ": there is no such setting"));
    }

    private static boolean truth(String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("true or false");
        };
    }

    private static Role role(String text) {
        return switch (text) {
            case "BEFORE" -> Role.BEFORE;
            case "AFTER" -> Role.AFTER;
            default -> throw new IllegalArgumentException("BEFORE or AFTER");
        };
    }

    private static long millis(String text) {
        if (!text.matches("\\d{12,14}")) {
            throw new IllegalArgumentException("a time in milliseconds since 1970");
        }
        return Long.parseLong(text);
    }

    private static String tableName(String text) {
        if (!text.matches(TABLE_NAME)) {
            throw new IllegalArgumentException("a table's name");
        }
        return text;
    }

    private static String namespace(String text) {
        if (!text.matches("[0-9A-Za-z./_#:-]{1,255}") || text.startsWith("AWS/")) {
            throw new IllegalArgumentException("a namespace of CloudWatch");
        }
        return text;
    }

    private static URI endpoint(String text) {
        try {
            URI uri = new URI(text).parseServerAuthority();
            if (uri.getHost() != null && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
                return uri;
            }
        } catch (URISyntaxException e) {
            // Told below.
        }
        throw new IllegalArgumentException("an http or https URL");
    }
}
