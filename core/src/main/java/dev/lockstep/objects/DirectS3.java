package dev.lockstep.objects;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.DateTimeException;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4FamilyHttpSigner;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.IdentityProvider;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ServiceClientConfiguration;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.utils.CompletableFutureUtils;
import software.amazon.awssdk.utils.DateUtils;
import software.amazon.awssdk.utils.http.SdkHttpUtils;

/**
 * Puts and gets small objects with the SDK's signer over the SDK's HTTP client, and nothing between the two: the pipeline of
 * the S3 client takes more of the processor than all the rest of such a call, and a folder of items is millions of them.
 *
 * <p>It is for what succeeds. What S3 answers else is {@link Refused}, and then the call is to be made again by the S3
 * client, which knows what to do of redirects, clocks and sessions; so only calls without a condition are made here. That
 * the service is busy or ill is an {@link S3Exception} like the client's.
 *
 * <p>Thread-safe.
 */
final class DirectS3 {
    /** Of all others the path is not what the name says (ARNs, directory buckets). */
    private static final Pattern PLAIN_BUCKET = Pattern.compile("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?<!--x-s3)");

    private static final Pattern CODE = Pattern.compile("<Code>(\\w+)</Code>");
    private static final int MAX_ERROR_BYTES = 64 << 10;
    private static final int OK = 200;
    private static final int NOT_FOUND = 404;
    private static final int SERVER_ERRORS = 500;
    private static final int NOT_IMPLEMENTED = 501;
    private static final String META = "x-amz-meta-";

    private final SdkHttpClient http;
    private final IdentityProvider<? extends AwsCredentialsIdentity> credentials;
    private final String region;
    private final URI bucket;
    private final AwsV4HttpSigner signer = AwsV4HttpSigner.create();

    private DirectS3(SdkHttpClient http, S3ServiceClientConfiguration client, URI bucket) {
        this.http = http;
        this.credentials = client.credentialsProvider();
        this.region = client.region().id();
        this.bucket = bucket;
    }

    /** Calls to where the client would send them, with its credentials; null where only the client itself knows how. */
    static @Nullable DirectS3 like(S3Client client, SdkHttpClient http, String bucket) {
        if (!PLAIN_BUCKET.matcher(bucket).matches()) {
            return null;
        }
        try {
            URI ofKey =
                    client.utilities().getUrl(r -> r.bucket(bucket).key("k")).toURI();
            return new DirectS3(http, client.serviceClientConfiguration(), ofKey.resolve("."));
        } catch (URISyntaxException e) {
            return null;
        }
    }

    /** @param sha256 of the content, in base64 */
    boolean put(String key, byte[] content, ObjectStore.Options options, String sha256) throws Refused {
        SdkHttpRequest.Builder request = request(SdkHttpMethod.PUT, key)
                .putHeader("Content-Length", String.valueOf(content.length))
                .putHeader("Content-Type", options.contentType().orElse(S3Upload.TYPE))
                .putHeader("x-amz-checksum-sha256", sha256);
        options.metadata().forEach((name, value) -> request.putHeader(META + name, value));
        HttpExecuteResponse answer = call(request.build(), () -> new ByteArrayInputStream(content));
        try {
            body(answer).close();
            return true;
        } catch (IOException e) {
            throw SdkClientException.create(e.getMessage(), e);
        }
    }

    /**
     * The body is the caller's to check and close. An object whose ETag does not tell its MD5 is refused: the client may know
     * another checksum of it.
     */
    ResponseInputStream<GetObjectResponse> get(String key) throws Refused {
        HttpExecuteResponse answer = call(request(SdkHttpMethod.GET, key).build(), null);
        AbortableInputStream body = body(answer);
        GetObjectResponse head;
        try {
            head = head(answer.httpResponse());
        } catch (IllegalArgumentException | DateTimeException e) {
            body.abort();
            throw SdkClientException.create("Unable to unmarshall the answer's head", e);
        }
        if (!S3Objects.tellsMd5(head, S3Objects.unquoted(String.valueOf(head.eTag())))) {
            body.abort();
            throw new Refused("NoMd5");
        }
        return new ResponseInputStream<>(head, body);
    }

    private static GetObjectResponse head(SdkHttpResponse answer) {
        Map<String, String> metadata = new HashMap<>();
        answer.forEachHeader((name, values) -> {
            if (name.regionMatches(true, 0, META, 0, META.length())) {
                metadata.put(name.substring(META.length()), values.get(0));
            }
        });
        return GetObjectResponse.builder()
                .eTag(answer.firstMatchingHeader("ETag").orElse(null))
                .contentLength(answer.firstMatchingHeader("Content-Length")
                        .map(Long::valueOf)
                        .orElse(null))
                .lastModified(answer.firstMatchingHeader("Last-Modified")
                        .map(DateUtils::parseRfc822Date)
                        .orElse(null))
                .metadata(metadata)
                .serverSideEncryption(answer.firstMatchingHeader("x-amz-server-side-encryption")
                        .orElse(null))
                .sseCustomerAlgorithm(answer.firstMatchingHeader("x-amz-server-side-encryption-customer-algorithm")
                        .orElse(null))
                .build();
    }

    private SdkHttpRequest.Builder request(SdkHttpMethod method, String key) {
        return SdkHttpRequest.builder()
                .method(method)
                .uri(bucket)
                .encodedPath(bucket.getRawPath() + SdkHttpUtils.urlEncodeIgnoreSlashes(key));
    }

    private HttpExecuteResponse call(SdkHttpRequest request, @Nullable ContentStreamProvider payload) throws Refused {
        AwsCredentialsIdentity identity = CompletableFutureUtils.joinLikeSync(credentials.resolveIdentity());
        SdkHttpRequest signed = signer.sign(r -> r.identity(identity)
                        .request(request)
                        .payload(payload)
                        .putProperty(AwsV4FamilyHttpSigner.SERVICE_SIGNING_NAME, "s3")
                        .putProperty(AwsV4HttpSigner.REGION_NAME, region)
                        .putProperty(AwsV4FamilyHttpSigner.DOUBLE_URL_ENCODE, false)
                        .putProperty(AwsV4FamilyHttpSigner.NORMALIZE_PATH, false))
                .request();
        try {
            HttpExecuteResponse answer = http.prepareRequest(HttpExecuteRequest.builder()
                            .request(signed)
                            .contentStreamProvider(payload)
                            .build())
                    .call();
            if (answer.httpResponse().statusCode() != OK) {
                throw refusal(answer);
            }
            return answer;
        } catch (IOException e) {
            throw SdkClientException.create(e.getMessage(), e);
        }
    }

    private static Refused refusal(HttpExecuteResponse answer) throws IOException {
        int status = answer.httpResponse().statusCode();
        String code;
        try (AbortableInputStream body = body(answer)) {
            Matcher named = CODE.matcher(new String(body.readNBytes(MAX_ERROR_BYTES), UTF_8));
            code = named.find() ? named.group(1) : "";
        }
        if (status >= SERVER_ERRORS && status != NOT_IMPLEMENTED) {
            throw S3Exception.builder()
                    .statusCode(status)
                    .awsErrorDetails(AwsErrorDetails.builder().errorCode(code).build())
                    .build();
        }
        if (status == NOT_FOUND && code.equals("NoSuchKey")) {
            throw NoSuchKeyException.builder().statusCode(status).build();
        }
        return new Refused(code);
    }

    private static AbortableInputStream body(HttpExecuteResponse answer) {
        return answer.responseBody().orElseGet(() -> AbortableInputStream.create(InputStream.nullInputStream()));
    }

    /** S3 answered, and neither with what was asked for nor that it can't now: the S3 client is to ask. */
    static final class Refused extends Exception {
        private static final long serialVersionUID = 1;
        private final String code;

        private Refused(String code) {
            super(code, null, false, false);
            this.code = code;
        }

        /** Whether the next call may well fare better; else the client does what is not done here, each time. */
        boolean passes() {
            return S3Errors.passes(code) || code.equals("ExpiredToken");
        }
    }
}
