package dev.lockstep.objects;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
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
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4FamilyHttpSigner;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.IdentityProvider;
import software.amazon.awssdk.services.s3.S3Client;
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
 * <p>It sends its requests where the client's last one went, for the same Region, so endpoint rules and redirects are the
 * client's affair. And it is for what succeeds: what S3 answers else is {@link Refused}, and then the client is to make the
 * call, which knows what to do of clocks and sessions; so only calls without a condition are made here. That the service is
 * busy or ill is an {@link S3Exception} like the client's.
 *
 * <p>Thread-safe.
 */
final class DirectS3 {
    /** What the client signed a request for: not that of directory buckets or several Regions, which are signed otherwise. */
    private static final Pattern SCOPE =
            Pattern.compile("AWS4-HMAC-SHA256 Credential=[^/]+/\\d{8}/(?<region>[a-z0-9-]+)/s3/aws4_request,.*");

    private static final Pattern CODE = Pattern.compile("<Code>(\\w+)</Code>");
    private static final int MAX_ERROR_BYTES = 64 << 10;
    private static final int OK = 200;
    private static final int NOT_FOUND = 404;
    private static final String META = "x-amz-meta-";
    private static final String USER_AGENT = "User-Agent";

    private final TracedHttpClient http;
    private final IdentityProvider<? extends AwsCredentialsIdentity> credentials;
    private final String region;
    private final SdkHttpRequest toBucket;
    private final AwsV4HttpSigner signer = AwsV4HttpSigner.create();

    private DirectS3(
            TracedHttpClient http,
            IdentityProvider<? extends AwsCredentialsIdentity> credentials,
            String region,
            SdkHttpRequest toBucket) {
        this.http = http;
        this.credentials = credentials;
        this.region = region;
        this.toBucket = toBucket;
    }

    /**
     * To be asked by the thread that has just put or got an object by the client.
     *
     * @param http the client's
     * @return null where only the client knows how to send such requests
     */
    static @Nullable DirectS3 like(S3Client client, TracedHttpClient http, String key) {
        SdkHttpRequest seen = http.last();
        if (seen == null || seen.numRawQueryParameters() > 0) {
            return null;
        }
        Matcher scope = SCOPE.matcher(seen.firstMatchingHeader("Authorization").orElse(""));
        String path = seen.encodedPath();
        String end = SdkHttpUtils.urlEncodeIgnoreSlashes(key);
        if (!scope.matches() || !path.endsWith("/" + end)) {
            return null;
        }
        SdkHttpRequest.Builder toBucket =
                seen.toBuilder().clearHeaders().encodedPath(path.substring(0, path.length() - end.length()));
        seen.firstMatchingHeader(USER_AGENT).ifPresent(name -> toBucket.putHeader(USER_AGENT, name));
        return new DirectS3(
                http,
                client.serviceClientConfiguration().credentialsProvider(),
                scope.group("region"),
                toBucket.build());
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
        return toBucket.toBuilder()
                .method(method)
                .encodedPath(toBucket.encodedPath() + SdkHttpUtils.urlEncodeIgnoreSlashes(key));
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
        if (S3Errors.isBusyOrIll(status)) {
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
