package dev.lockstep.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.AbstractConstruct;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/** What the SAM template promises: as little permission as the functions use, and no record lost in silence. */
class SamTemplateTest {
    private static final Path TEMPLATE = Path.of("../deploy/sam/template.yaml");
    /** What Lambda itself does with a function's role, to read the stream, park records and write the log. */
    private static final Set<String> OF_LAMBDA = Set.of(
            "dynamodb:DescribeStream",
            "dynamodb:GetRecords",
            "dynamodb:GetShardIterator",
            "dynamodb:ListStreams",
            "sqs:SendMessage",
            "logs:CreateLogStream",
            "logs:PutLogEvents");

    /** Keeps {@code !Ref x} as the text {@code Ref x}. */
    private static final class Tags extends SafeConstructor {
        Tags() {
            super(new LoaderOptions());
            yamlMultiConstructors.put("!", new AbstractConstruct() {
                @Override
                public Object construct(Node node) {
                    String name = node.getTag().getValue().substring(1);
                    if (node instanceof ScalarNode scalar) {
                        return name + " " + scalar.getValue();
                    }
                    return node instanceof SequenceNode sequence
                            ? Map.of(name, constructSequence(sequence))
                            : Map.of(name, constructMapping((MappingNode) node));
                }
            });
        }
    }

    private final Map<String, Object> resources = resources();

    private static Map<String, Object> resources() {
        try (Reader reader = Files.newBufferedReader(TEMPLATE)) {
            Map<String, Object> template = new Yaml(new Tags()).load(reader);
            return map(template.get("Resources"));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(Object node) {
        return (Map<String, Object>) node;
    }

    @SuppressWarnings("unchecked")
    private static List<Object> list(Object node) {
        return node instanceof List ? (List<Object>) node : List.of(node);
    }

    private static Object at(Object node, String... path) {
        Object at = node;
        for (String name : path) {
            at = map(at).get(name);
            assertThat(at).as(String.join(".", path)).isNotNull();
        }
        return at;
    }

    private List<Object> ofType(String type) {
        return resources.values().stream()
                .filter(resource -> type.equals(map(resource).get("Type")))
                .toList();
    }

    private List<Object> statements(String role) {
        List<Object> statements = new ArrayList<>();
        list(at(resources.get(role), "Properties", "Policies"))
                .forEach(policy -> statements.addAll(list(at(policy, "PolicyDocument", "Statement"))));
        return statements;
    }

    private Set<String> actions(String role) {
        Set<String> actions = new TreeSet<>();
        statements(role).forEach(statement -> list(at(statement, "Action")).forEach(a -> actions.add((String) a)));
        return actions;
    }

    @Test
    void handlers_are_classes_that_Lambda_can_make_and_call() throws Exception {
        List<Object> functions = ofType("AWS::Serverless::Function");
        assertThat(functions).hasSize(2);
        for (Object function : functions) {
            String[] handler = ((String) at(function, "Properties", "Handler")).split("::");
            Class<?> type = Class.forName(handler[0]);
            assertThat(RequestStreamHandler.class).isAssignableFrom(type);
            assertThat(type.getConstructor()).isNotNull();
            assertThat(RequestStreamHandler.class.getMethods()[0].getName()).isEqualTo(handler[1]);
        }
    }

    @Test
    void each_mapping_has_what_keeps_one_bad_record_from_blocking_or_being_lost() {
        for (Object function : ofType("AWS::Serverless::Function")) {
            Map<String, Object> mapping = map(at(function, "Properties", "Events", "Stream", "Properties"));
            assertThat(mapping).containsKeys("MaximumRetryAttempts", "MaximumRecordAgeInSeconds");
            assertThat(mapping.get("BisectBatchOnFunctionError")).isEqualTo(true);
            assertThat(list(mapping.get("FunctionResponseTypes"))).containsExactly("ReportBatchItemFailures");
            assertThat(at(mapping, "DestinationConfig", "OnFailure", "Destination"))
                    .isEqualTo("GetAtt DeadLetters.Arn");
            assertThat(at(function, "Properties", "Environment", "Variables", "LOCKSTEP_REPORT_BATCH_ITEM_FAILURES"))
                    .isEqualTo("true");
        }
    }

    @Test
    void permissions_are_what_the_functions_call_and_no_more() {
        Set<String> replicate = new TreeSet<>(actions("ReplicateRole"));
        replicate.removeAll(OF_LAMBDA);
        assertThat(replicate).isEqualTo(Calling.byReplicate());
        Set<String> backup = new TreeSet<>(actions("BackupRole"));
        backup.removeAll(OF_LAMBDA);
        assertThat(backup).isEqualTo(Calling.byBackup());
        assertThat(actions("ReplicateRole")).containsAll(OF_LAMBDA);
        assertThat(actions("BackupRole")).containsAll(OF_LAMBDA);
    }

    @Test
    void permissions_name_their_resources() {
        for (String role : List.of("ReplicateRole", "BackupRole")) {
            for (Object statement : statements(role)) {
                for (Object resource : list(at(statement, "Resource"))) {
                    assertThat((String) resource)
                            .isIn(
                                    "Ref StreamArn",
                                    "Ref PrimaryTableArn",
                                    "Ref ReplicaTableArn",
                                    "GetAtt DeadLetters.Arn",
                                    "GetAtt ReplicateLog.Arn",
                                    "GetAtt BackupLog.Arn",
                                    "Sub arn:${AWS::Partition}:s3:::${BackupBucket}/${BackupPrefix}/*");
                }
            }
        }
    }

    @Test
    void there_are_alarms_and_an_end_to_logs() {
        assertThat(ofType("AWS::CloudWatch::Alarm"))
                .extracting(alarm -> at(alarm, "Properties", "MetricName"))
                .containsExactlyInAnyOrder("IteratorAge", "IteratorAge", "ApproximateNumberOfMessagesVisible");
        assertThat(ofType("AWS::Logs::LogGroup"))
                .hasSize(2)
                .allSatisfy(group ->
                        assertThat(at(group, "Properties", "RetentionInDays")).isNotNull());
    }

    @Test
    void the_functions_take_their_environment() {
        Map<String, String> parameters = Map.of(
                "Ref ReplicaTableArn", "arn:aws:dynamodb:eu-west-1:123456789012:table/orders",
                "Ref BackupBucket", "bucket",
                "Ref BackupPrefix", "lockstep",
                "Ref SkipTtlDeletes", "false");
        assertThat(Environment.forReplicate(environment("Replicate", parameters))
                        .replicas())
                .hasSize(1);
        assertThat(Environment.forBackup(environment("Backup", parameters)).folders())
                .hasSize(1);
    }

    private Map<String, String> environment(String function, Map<String, String> parameters) {
        Map<String, String> environment = new HashMap<>();
        map(at(resources.get(function), "Properties", "Environment", "Variables"))
                .forEach((name, value) -> environment.put(name, parameters.getOrDefault(value, (String) value)));
        return environment;
    }

    @Test
    void no_anchors_nor_merges_which_CloudFormation_does_not_read() throws IOException {
        assertThat(Files.readString(TEMPLATE)).doesNotContainPattern("(?m)[:-] [&*][A-Za-z]|<<:");
    }
}
