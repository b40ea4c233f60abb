package dev.lockstep.lambda;

import dev.lockstep.lambda.Settings.Places;
import dev.lockstep.objects.S3Connection;
import dev.lockstep.objects.S3Objects;
import dev.lockstep.objects.TracedHttpClient;
import dev.lockstep.table.TableRef;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbClientBuilder;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

/** The clients of a function, as long as it lives: one for each place that its tables are in, and one for buckets. */
final class Clients {
    private static final String KEPT = "http.maxConnections";
    private static final Duration CONNECT = Duration.ofSeconds(2);
    private static final Duration ANSWER = Duration.ofSeconds(5);
    /** No call takes longer but one whose answer drips. */
    static final Duration LONGEST_CALL = CONNECT.plus(ANSWER);

    private final Places places;
    private final Map<Place, DynamoDbClient> dynamo = new HashMap<>();
    private @Nullable S3Connection s3;

    private record Place(Optional<URI> endpoint, Region region, Optional<AwsBasicCredentials> credentials) {}

    Clients(Places places) {
        this.places = places;
        keepConnections();
    }

    /** The JDK keeps five open for each place unless told otherwise; each new one costs a handshake. */
    private static void keepConnections() {
        if (System.getProperty(KEPT) == null) {
            System.setProperty(KEPT, Integer.toString(Calls.AT_ONCE));
        }
    }

    DynamoDbClient of(TableRef table, Optional<AwsBasicCredentials> credentials) {
        Region region = Region.of(table.region().or(places::region).orElse(Region.US_EAST_1.id()));
        Optional<URI> endpoint = table.endpoint().or(places::dynamoEndpoint);
        return dynamo.computeIfAbsent(new Place(endpoint, region, credentials), Clients::connect);
    }

    private static DynamoDbClient connect(Place place) {
        DynamoDbClientBuilder builder = DynamoDbClient.builder()
                .httpClientBuilder(http())
                .credentialsProvider(credentials(place.credentials()))
                .region(place.region())
                .overrideConfiguration(o -> o.retryStrategy(AwsRetryStrategy.doNotRetry()));
        place.endpoint().ifPresent(builder::endpointOverride);
        return builder.build();
    }

    S3Objects bucket(String name) {
        return s3().bucket(name);
    }

    /** Connects at once, where that costs least. */
    void connectToS3() {
        var unused = s3();
    }

    private S3Connection s3() {
        if (s3 == null) {
            s3 = connectS3();
        }
        return s3;
    }

    private S3Connection connectS3() {
        TracedHttpClient http = new TracedHttpClient(http().build());
        Optional<URI> endpoint = places.bucketEndpoint();
        String region = places.bucketRegion().or(places::region).orElse(Region.US_EAST_1.id());
        S3ClientBuilder builder = S3Client.builder()
                .httpClient(http)
                .credentialsProvider(credentials(Optional.empty()))
                .region(Region.of(region))
                .crossRegionAccessEnabled(endpoint.isEmpty())
                .forcePathStyle(endpoint.isPresent())
                .serviceConfiguration(s -> s.chunkedEncodingEnabled(false))
                .overrideConfiguration(o -> o.retryStrategy(AwsRetryStrategy.doNotRetry()));
        endpoint.ifPresent(builder::endpointOverride);
        return new S3Connection(builder.build(), http);
    }

    private static UrlConnectionHttpClient.Builder http() {
        return UrlConnectionHttpClient.builder().connectionTimeout(CONNECT).socketTimeout(ANSWER);
    }

    private static AwsCredentialsProvider credentials(Optional<AwsBasicCredentials> given) {
        return given.<AwsCredentialsProvider>map(StaticCredentialsProvider::create)
                .orElseGet(() -> DefaultCredentialsProvider.builder().build());
    }
}
