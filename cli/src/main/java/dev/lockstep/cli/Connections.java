package dev.lockstep.cli;

import dev.lockstep.InvalidSettingsException;
import dev.lockstep.cli.credentials.Accounts;
import dev.lockstep.cli.credentials.Refusals;
import dev.lockstep.cli.credentials.Side;
import dev.lockstep.objects.ObjectRef;
import dev.lockstep.objects.S3Connection;
import dev.lockstep.objects.S3Objects;
import dev.lockstep.objects.TracedHttpClient;
import dev.lockstep.table.DynamoTable;
import dev.lockstep.table.TableCreation;
import dev.lockstep.table.TableDocument;
import dev.lockstep.table.TableRef;
import dev.lockstep.table.UnknownTableException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.arns.Arn;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProviderChain;
import software.amazon.awssdk.auth.credentials.EnvironmentVariableCredentialsProvider;
import software.amazon.awssdk.auth.credentials.ProfileCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.auth.credentials.SystemPropertyCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.SdkSystemSetting;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;
import software.amazon.awssdk.services.cloudwatch.CloudWatchAsyncClient;
import software.amazon.awssdk.services.cloudwatch.CloudWatchClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.streams.DynamoDbStreamsClient;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

/**
 * The clients of one side of a command: one for each Region or endpoint that its tables are in, and one for buckets. What a command reads
 * is its primary's, what follows that, or is written, its {@link #replica()}'s. Used by one thread.
 */
final class Connections implements AutoCloseable {
    private static final int MAX_CONNECTIONS = 512;
    private static final Duration CONNECT = Duration.ofSeconds(5);
    /** An answer of 16 MB over a slow line takes its time; one that drips for longer is given up and asked for again. */
    private static final Duration ATTEMPT = Duration.ofSeconds(60);

    private final Side side;
    private final Accounts accounts;
    private final boolean allowHttp;
    private final Connections replica;
    private final Map<Place, DynamoDbClient> clients = new HashMap<>();
    private final List<AutoCloseable> others = new ArrayList<>();
    private @Nullable S3Connection s3;

    private Connections(Side side, Accounts accounts, boolean allowHttp) {
        this.side = side;
        this.accounts = accounts;
        this.allowHttp = allowHttp;
        this.replica = side == Side.REPLICA || accounts.oneForBoth()
                ? this
                : new Connections(Side.REPLICA, accounts, allowHttp);
    }

    /** The primary's, with the credentials that the user's options tell; closes the other side, too. */
    static Connections of(CommonOptions options) {
        Accounts accounts = options.credentials.accounts(options.allowHttp, options::warn);
        return new Connections(Side.PRIMARY, accounts, options.allowHttp);
    }

    /** Those of replicas and destinations; the same where the user says nothing else of them. */
    Connections replica() {
        return replica;
    }

    DynamoTable open(TableRef ref) {
        try {
            return DynamoTable.open(client(ref), ref);
        } catch (UnknownTableException e) {
            throw new InvalidSettingsException("open", ref.text(), e.problem(), e.hint());
        }
    }

    List<DynamoTable> open(List<TableRef> refs) {
        return refs.stream().map(this::open).toList();
    }

    /** Empty where there is no such table. */
    Optional<DynamoTable> find(TableRef ref) {
        return TableCreation.find(client(ref), ref);
    }

    void createLike(DynamoTable model, TableRef ref) {
        TableCreation.createLike(model, client(ref), ref);
    }

    void create(TableDocument model, TableRef ref) {
        TableCreation.create(model, client(ref), ref);
    }

    /** The bucket of a folder. All folders of a command are behind one endpoint; empty: in S3 itself, whatever the Region. */
    S3Objects bucket(ObjectRef folder, Optional<URI> endpoint) {
        endpoint.ifPresent(e -> requireTls(folder.text(), e));
        if (s3 == null) {
            s3 = connectS3(endpoint);
        }
        return s3.bucket(folder.bucket());
    }

    /** The client for the place that a table is in; closed with the others. */
    DynamoDbClient client(TableRef ref) {
        return clients.computeIfAbsent(place(ref), this::connect);
    }

    /** Reads the streams of the place that a table is in; closed with the others. */
    DynamoDbStreamsClient streams(TableRef ref) {
        return close(configured(DynamoDbStreamsClient.builder().httpClientBuilder(http()), place(ref))
                .build());
    }

    /** For the Kinesis Client Library's own tables; closed with the others. */
    DynamoDbAsyncClient asynchronous(TableRef ref) {
        return close(configured(DynamoDbAsyncClient.builder(), place(ref)).build());
    }

    /** Demanded by the Kinesis Client Library, which is told to publish nothing; closed with the others. */
    CloudWatchAsyncClient cloudWatch(TableRef ref) {
        Place place = new Place(Optional.empty(), place(ref).region());
        return close(configured(CloudWatchAsyncClient.builder(), place).build());
    }

    /** Takes figures, in the Region that a table is in; closed with the others. */
    CloudWatchClient metrics(TableRef ref) {
        return metrics(place(ref).region());
    }

    /** Takes figures, in the Region that the environment names; closed with the others. */
    CloudWatchClient metrics() {
        return metrics(usualRegion(Optional.empty()));
    }

    private CloudWatchClient metrics(Region region) {
        return close(
                configured(CloudWatchClient.builder().httpClientBuilder(http()), new Place(Optional.empty(), region))
                        .build());
    }

    /** Reads the Kinesis stream of this ARN; closed with the others. */
    KinesisAsyncClient kinesis(String arn) {
        Region region = Arn.fromString(arn).region().map(Region::of).orElse(Region.US_EAST_1);
        Optional<URI> endpoint = Endpoints.ofService("KINESIS").map(URI::create);
        endpoint.ifPresent(e -> requireTls(arn, e));
        return close(configured(KinesisAsyncClient.builder(), new Place(endpoint, region))
                .build());
    }

    private <T extends AutoCloseable> T close(T client) {
        others.add(client);
        return client;
    }

    /** Where a client speaks to. */
    private record Place(Optional<URI> endpoint, Region region) {}

    private Place place(TableRef ref) {
        Optional<URI> endpoint = ref.endpoint().or(Connections::usualEndpoint);
        endpoint.ifPresent(e -> requireTls(ref.text(), e));
        return new Place(endpoint, ref.region().map(Region::of).orElseGet(() -> usualRegion(endpoint)));
    }

    private static Optional<URI> usualEndpoint() {
        return Endpoints.ofService("DYNAMODB").map(URI::create);
    }

    /** On this machine any Region serves, and the SDK's chain would ask the network for one. */
    private Region usualRegion(Optional<URI> endpoint) {
        Optional<String> named = SdkSystemSetting.AWS_REGION.getStringValue();
        if (named.isPresent() || endpoint.map(TableRef::onThisMachine).orElse(false)) {
            return named.map(Region::of).orElse(Region.US_EAST_1);
        }
        try {
            DefaultAwsRegionProviderChain.Builder chain = DefaultAwsRegionProviderChain.builder();
            accounts.identity(side).profile().ifPresent(chain::profileName);
            return chain.build().getRegion();
        } catch (SdkClientException e) {
            return Region.US_EAST_1;
        }
    }

    private void requireTls(String subject, URI endpoint) {
        if ("http".equals(endpoint.getScheme()) && !TableRef.onThisMachine(endpoint) && !allowHttp) {
            throw new InvalidSettingsException(
                    "open",
                    subject,
                    "plain http to another machine would show the items to the network",
                    "Use https://, or say --allow-http if the network is yours");
        }
    }

    private DynamoDbClient connect(Place place) {
        return configured(DynamoDbClient.builder().httpClientBuilder(http()), place)
                .build();
    }

    private <B extends AwsClientBuilder<B, ?>> B configured(B builder, Place place) {
        place.endpoint().ifPresent(builder::endpointOverride);
        AwsCredentialsProvider credentials = credentials(place);
        return builder.credentialsProvider(credentials)
                .region(place.region())
                .overrideConfiguration(o -> o.retryStrategy(AwsRetryStrategy.doNotRetry())
                        .apiCallAttemptTimeout(ATTEMPT)
                        .addExecutionInterceptor(new Refusals(credentials)));
    }

    private S3Connection connectS3(Optional<URI> endpoint) {
        TracedHttpClient http = close(new TracedHttpClient(http().build()));
        S3ClientBuilder builder = S3Client.builder()
                .httpClient(http)
                .crossRegionAccessEnabled(endpoint.isEmpty())
                .forcePathStyle(endpoint.isPresent())
                .serviceConfiguration(s -> s.chunkedEncodingEnabled(false));
        return new S3Connection(
                close(configured(builder, new Place(endpoint, usualRegion(endpoint)))
                        .build()),
                http);
    }

    private static ApacheHttpClient.Builder http() {
        return ApacheHttpClient.builder()
                .maxConnections(MAX_CONNECTIONS)
                .connectionTimeout(CONNECT)
                .socketTimeout(ATTEMPT);
    }

    /**
     * What the user says; else the SDK's default chain, on this machine without those of its steps that ask the network, and with an
     * end.
     */
    private AwsCredentialsProvider credentials(Place place) {
        boolean here = place.endpoint().filter(TableRef::onThisMachine).isPresent();
        if (!here || !accounts.identity(side).nothingSaid()) {
            return accounts.provider(side, place.region());
        }
        return AwsCredentialsProviderChain.of(
                EnvironmentVariableCredentialsProvider.create(),
                SystemPropertyCredentialsProvider.create(),
                ProfileCredentialsProvider.create(),
                StaticCredentialsProvider.create(AwsBasicCredentials.create("local", "local")));
    }

    @Override
    public void close() {
        clients.values().forEach(DynamoDbClient::close);
        for (AutoCloseable other : others) {
            try {
                other.close();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
        if (replica != this) {
            replica.close();
        }
        if (side == Side.PRIMARY) {
            accounts.close();
        }
    }
}
