package dev.lockstep.cli;

import dev.lockstep.CancelledException;
import dev.lockstep.LockstepException;
import dev.lockstep.backup.BackupResult;
import dev.lockstep.progress.Progress;
import dev.lockstep.table.TableRef;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.cloudwatch.CloudWatchClient;
import software.amazon.awssdk.services.cloudwatch.model.Dimension;
import software.amazon.awssdk.services.cloudwatch.model.MetricDatum;
import software.amazon.awssdk.services.cloudwatch.model.StandardUnit;

/** The figures of a backup for CloudWatch, under the names that mapbox/dynamodb-replicator gives them. */
final class BackupMetrics {
    static final BackupMetrics NONE = new BackupMetrics("", data -> {});

    private static final Pattern WITH_REGION = Pattern.compile("([a-z]{2}(?:-[a-z]+)+-\\d)/(.+)/([^/]+)");
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Consumer<List<MetricDatum>> service;
    private final Dimension table;

    private BackupMetrics(String table, Consumer<List<MetricDatum>> service) {
        this.service = service;
        this.table = Dimension.builder().name("TableName").value(table).build();
    }

    static BackupMetrics of(CloudWatchClient client, String namespace, String table) {
        return new BackupMetrics(
                table,
                data -> client.putMetricData(r -> r.namespace(namespace)
                        .metricData(data)
                        .overrideConfiguration(o -> o.apiCallTimeout(PATIENCE))));
    }

    /**
     * Of something that is in no Region itself.
     *
     * @param place {@code NAMESPACE}, in the Region that the environment names and by that table's name; or, as mapbox's
     *     users say it, {@code REGION/NAMESPACE/TABLE}
     */
    static BackupMetrics at(Connections connections, String place, String table) {
        Matcher all = WITH_REGION.matcher(place);
        if (!all.matches()) {
            return of(connections.metrics(), place, table);
        }
        TableRef ref = TableRef.parse(all.group(1) + "/" + all.group(3));
        return of(connections.metrics(ref), all.group(2), all.group(3));
    }

    void done(BackupResult result, Progress progress) {
        publish(
                List.of(
                        datum("BackupErrors", StandardUnit.COUNT, 0),
                        datum("BackupSize", StandardUnit.BYTES, result.bytes()),
                        datum("BackupRecordCount", StandardUnit.COUNT, result.items())),
                progress);
    }

    void failed(Progress progress) {
        publish(List.of(datum("BackupErrors", StandardUnit.COUNT, 1)), progress);
    }

    private MetricDatum datum(String name, StandardUnit unit, double value) {
        return MetricDatum.builder()
                .metricName(name)
                .unit(unit)
                .value(value)
                .dimensions(table)
                .build();
    }

    /** A backup is none the worse for figures that nobody got. */
    private void publish(List<MetricDatum> data, Progress progress) {
        try {
            service.accept(data);
        } catch (CancelledException e) {
            throw e;
        } catch (SdkException | LockstepException e) { // the latter where nobody is signed in
            progress.warning("the figures were not published: PutMetricData: "
                    + String.valueOf(e.getMessage()).replaceAll("\\p{Cntrl}+", " "));
        }
    }
}
