package dev.lockstep.lambda;

import static dev.lockstep.lambda.Events.event;
import static dev.lockstep.table.TestItems.BY_STRING;
import static dev.lockstep.table.TestItems.item;
import static dev.lockstep.table.TestItems.s;

import dev.lockstep.local.FaultProxy;
import dev.lockstep.objects.TestS3;
import dev.lockstep.table.DynamoTable;
import dev.lockstep.table.Item;
import dev.lockstep.table.Key;
import dev.lockstep.table.TestDynamo;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** What the functions call, as IAM names it: found by running them, with a put and a delete. */
final class Calling {
    private static final Set<String> REPLICATE = replicate();
    private static final Set<String> BACKUP = backup();

    private Calling() {}

    static Set<String> byReplicate() {
        return REPLICATE;
    }

    static Set<String> byBackup() {
        return BACKUP;
    }

    private static Set<String> replicate() {
        DynamoTable replica = TestDynamo.shared().table("replica", BY_STRING);
        try (FaultProxy dynamo = TestDynamo.shared().proxy();
                LambdaProcess function = LambdaProcess.start(
                        Replicate.class, Map.of("LOCKSTEP_REPLICAS", dynamo.endpoint() + "/" + replica.name()))) {
            function.succeeds(putAndDelete("primary"));
            return named("dynamodb", dynamo);
        }
    }

    private static Set<String> backup() {
        DynamoTable primary = TestDynamo.shared().table("primary", BY_STRING);
        String bucket = TestS3.createBucket();
        try (FaultProxy dynamo = TestDynamo.shared().proxy();
                FaultProxy s3 = TestS3.proxy();
                LambdaProcess function = LambdaProcess.start(
                        Backup.class,
                        Map.of(
                                "AWS_ENDPOINT_URL_DYNAMODB",
                                dynamo.endpoint().toString(),
                                "AWS_ENDPOINT_URL_S3",
                                s3.endpoint().toString(),
                                "BackupBucket",
                                bucket,
                                "BackupPrefix",
                                "lockstep"))) {
            function.succeeds(putAndDelete(primary.name()));
            Set<String> calls = named("dynamodb", dynamo);
            calls.addAll(named("s3", s3));
            return calls;
        }
    }

    private static String putAndDelete(String table) {
        Events events = new Events(table);
        Item item = item("a");
        Key deleted = BY_STRING.keyOf(Map.of("id", s("b")));
        return event(events.change(1, BY_STRING.keyOf(item.attributes()), item), events.change(2, deleted, null));
    }

    private static Set<String> named(String service, FaultProxy proxy) {
        Set<String> names = new TreeSet<>();
        proxy.stats().requests().keySet().forEach(api -> names.add(service + ":" + api));
        return names;
    }
}
