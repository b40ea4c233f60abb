package dev.lockstep.objects;

import static dev.lockstep.objects.S3Errors.translated;

import dev.lockstep.LockstepException;
import java.io.IOException;
import java.util.Base64;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.BucketVersioningStatus;
import software.amazon.awssdk.services.s3.model.DeleteMarkerEntry;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectVersionsResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.ObjectVersion;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * A bucket in S3, or in anything that speaks its protocol.
 *
 * <p>Give it a client whose own retries are off ({@code AwsRetryStrategy.doNotRetry()}), that has an attempt time-out, and
 * that does not send bodies in signed chunks ({@code chunkedEncodingEnabled(false)}: the whole body's SHA-256 is sent
 * anyway, and over plain HTTP the SDK cannot send an empty body in chunks). {@link RetryingObjects} tries again, and says
 * so. The client stays the caller's to close. Thread-safe.
 */
public final class S3Objects implements ObjectStore {
    static final int PRECONDITION_FAILED = 412;
    private static final int NOT_FOUND = 404;
    private static final int METHOD_NOT_ALLOWED = 405;
    private static final Pattern MD5 = Pattern.compile("[0-9a-f]{32}");

    private final S3Client client;
    private final String bucket;
    /** Null where all calls are the client's. */
    private volatile @Nullable TracedHttpClient http;

    private volatile @Nullable DirectS3 direct;

    public S3Objects(S3Client client, String bucket) {
        this.client = client;
        this.bucket = bucket;
    }

    /**
     * With small objects put and got at about half the client's cost to the processor: once the client has reached the bucket,
     * they pass by it, and by its interceptors.
     *
     * @param http the client's own, the caller's to close
     */
    S3Objects(S3Client client, TracedHttpClient http, String bucket) {
        this(client, bucket);
        this.http = http;
    }

    @Override
    public String name() {
        return "s3://" + bucket;
    }

    private String subject(String key) {
        return name() + "/" + key;
    }

    @Override
    public boolean put(String key, byte[] content, Options options) {
        String sha256 = Base64.getEncoder().encodeToString(Digest.SHA256.of(content));
        return translated("PutObject", subject(key), () -> {
            if (!options.ifAbsent() && directly(d -> d.put(key, content, options, sha256)) != null) {
                return true;
            }
            try {
                client.putObject(
                        r -> r.bucket(bucket)
                                .key(key)
                                .ifNoneMatch(options.ifAbsent() ? "*" : null)
                                .contentType(options.contentType().orElse(null))
                                .metadata(options.metadata())
                                .checksumSHA256(sha256),
                        RequestBody.fromBytes(content));
                learnedFrom(key);
                return true;
            } catch (S3Exception e) {
                if (options.ifAbsent() && e.statusCode() == PRECONDITION_FAILED) {
                    return false;
                }
                throw e;
            }
        });
    }

    private interface DirectCall<T> {
        T on(DirectS3 path) throws DirectS3.Refused;
    }

    /** Null where the client is to make the call. */
    private <T> @Nullable T directly(DirectCall<T> call) {
        DirectS3 path = direct;
        if (path == null) {
            return null;
        }
        try {
            return call.on(path);
        } catch (DirectS3.Refused e) {
            if (!e.passes()) {
                http = null;
                direct = null;
            }
            return null;
        }
    }

    /** The client has just put or got an object: from now on such calls may pass by it. */
    private void learnedFrom(String key) {
        TracedHttpClient seen = http;
        if (seen != null && direct == null) {
            direct = DirectS3.like(client, seen, key);
        }
    }

    @Override
    public Optional<String> replace(String key, byte[] content, @Nullable String ifMatch) {
        String sha256 = Base64.getEncoder().encodeToString(Digest.SHA256.of(content));
        return translated("PutObject", subject(key), () -> {
            try {
                String etag = client.putObject(
                                r -> r.bucket(bucket)
                                        .key(key)
                                        .ifNoneMatch(ifMatch == null ? "*" : null)
                                        .ifMatch(ifMatch == null ? null : '"' + ifMatch + '"')
                                        .checksumSHA256(sha256),
                                RequestBody.fromBytes(content))
                        .eTag();
                if (etag == null) {
                    throw withoutBody("PutObject", subject(key));
                }
                return Optional.of(unquoted(etag));
            } catch (S3Exception e) {
                if (e.statusCode() == PRECONDITION_FAILED || (ifMatch != null && e.statusCode() == NOT_FOUND)) {
                    return Optional.empty();
                }
                throw e;
            }
        });
    }

    @Override
    public Optional<StoredObject> get(String key) {
        return get(
                key,
                () -> Objects.requireNonNullElseGet(directly(d -> d.get(key)), () -> getByClient(key)),
                S3Objects::isAbsent);
    }

    private ResponseInputStream<GetObjectResponse> getByClient(String key) {
        ResponseInputStream<GetObjectResponse> answer =
                client.getObject(r -> r.bucket(bucket).key(key));
        learnedFrom(key);
        return answer;
    }

    @Override
    public Optional<StoredObject> get(String key, String versionId) {
        return get(
                key,
                () -> client.getObject(r -> r.bucket(bucket).key(key).versionId(versionId)),
                S3Objects::isNoVersion);
    }

    private static boolean isAbsent(S3Exception e) {
        return e instanceof NoSuchKeyException;
    }

    /** A delete marker that is asked for by its version cannot be got, says S3. */
    private static boolean isNoVersion(S3Exception e) {
        String code = e.awsErrorDetails() == null
                ? ""
                : String.valueOf(e.awsErrorDetails().errorCode());
        return isAbsent(e)
                || (e.statusCode() == NOT_FOUND && code.equals("NoSuchVersion"))
                || (e.statusCode() == METHOD_NOT_ALLOWED && code.equals("MethodNotAllowed"));
    }

    private Optional<StoredObject> get(
            String key, Supplier<ResponseInputStream<GetObjectResponse>> call, Predicate<S3Exception> absent) {
        return translated("GetObject", subject(key), () -> {
            try (ResponseInputStream<GetObjectResponse> answer = call.get()) {
                return Optional.of(read(key, answer));
            } catch (S3Exception e) {
                if (absent.test(e)) {
                    return Optional.empty();
                }
                throw e;
            } catch (IOException e) {
                throw broken(key, e.getClass().getSimpleName() + ": " + e.getMessage(), e);
            }
        });
    }

    private StoredObject read(String key, ResponseInputStream<GetObjectResponse> answer) throws IOException {
        GetObjectResponse head = answer.response();
        byte[] content = answer.readNBytes(MAX_BYTES + 1);
        if (content.length > MAX_BYTES) {
            answer.abort();
            throw new LockstepException(
                    "GetObject", subject(key), "it is larger than the " + (MAX_BYTES >> 20) + " MB that are read", "");
        }
        if (head.eTag() == null || head.contentLength() == null || head.contentLength() != content.length) {
            throw broken(key, "the answer came without all of its body", null);
        }
        String etag = unquoted(head.eTag());
        if (tellsMd5(head, etag) && !Digest.MD5.hexOf(content).equals(etag)) {
            throw broken(key, "what arrived does not have the MD5 that its ETag tells", null);
        }
        return new StoredObject(content, etag, head.lastModified(), Map.copyOf(head.metadata()));
    }

    private LockstepException broken(String key, String problem, @Nullable Throwable cause) {
        return new LockstepException("GetObject", subject(key), problem, "", true, cause);
    }

    /** An ETag is the MD5 of the object unless it came in parts or is encrypted with a key of KMS or the caller. */
    static boolean tellsMd5(GetObjectResponse head, String etag) {
        String encryption = head.serverSideEncryptionAsString();
        return MD5.matcher(etag).matches()
                && (encryption == null || encryption.equals("AES256"))
                && head.sseCustomerAlgorithm() == null;
    }

    static String unquoted(String etag) {
        return etag.replace("\"", "");
    }

    @Override
    public ObjectWriter create(String key, Options options) {
        return new PartWriter(subject(key), new S3Upload(client, bucket, key, options));
    }

    @Override
    public Optional<ObjectReader> open(String key, @Nullable String ifMatch) {
        S3Reader.Request rest = (offset, etag) ->
                body(key, etag, "bytes=" + offset + "-").orElseThrow(() -> ObjectReader.deleted(subject(key)));
        return translated(
                "GetObject",
                subject(key),
                () -> body(key, ifMatch, null).map(answer -> S3Reader.of(subject(key), rest, answer)));
    }

    private Optional<ResponseInputStream<GetObjectResponse>> body(
            String key, @Nullable String ifMatch, @Nullable String range) {
        try {
            return Optional.of(client.getObject(
                    r -> r.bucket(bucket).key(key).ifMatch(ifMatch).range(range)));
        } catch (NoSuchKeyException e) {
            return Optional.empty();
        } catch (S3Exception e) {
            if (ifMatch != null && e.statusCode() == PRECONDITION_FAILED) {
                throw ObjectReader.changed("GetObject", subject(key), ifMatch, e);
            }
            throw e;
        }
    }

    @Override
    public void delete(String key) {
        translated(
                "DeleteObject",
                subject(key),
                () -> client.deleteObject(r -> r.bucket(bucket).key(key)));
    }

    @Override
    public Page page(String prefix, String after, @Nullable String next) {
        ListObjectsV2Response answer = translated(
                "ListObjectsV2",
                subject(prefix),
                () -> client.listObjectsV2(r -> r.bucket(bucket)
                        .prefix(prefix)
                        .startAfter(after.isEmpty() || next != null ? null : after)
                        .continuationToken(next)));
        if (answer.name() == null || answer.isTruncated() == null) {
            throw withoutBody("ListObjectsV2", subject(prefix));
        }
        return new Page(
                answer.contents().stream().map(S3Objects::entry).toList(),
                answer.isTruncated() ? answer.nextContinuationToken() : null);
    }

    private static Entry entry(S3Object object) {
        return new Entry(object.key(), object.size(), unquoted(object.eTag()), object.lastModified());
    }

    @Override
    public VersionPage versions(String prefix, @Nullable VersionMark next) {
        VersionOrder order = new VersionOrder();
        ListObjectVersionsResponse answer = translated(
                "ListObjectVersions",
                subject(prefix),
                () -> client.listObjectVersions(r -> r.bucket(bucket)
                        .prefix(prefix)
                        .keyMarker(next == null ? null : next.key())
                        .versionIdMarker(next == null ? null : next.versionId())
                        .overrideConfiguration(order.watching())));
        if (answer.name() == null || answer.isTruncated() == null) {
            throw withoutBody("ListObjectVersions", subject(prefix));
        }
        return new VersionPage(
                merged(prefix, answer, order.markers()),
                answer.isTruncated() ? new VersionMark(answer.nextKeyMarker(), answer.nextVersionIdMarker()) : null);
    }

    private List<Version> merged(String prefix, ListObjectVersionsResponse answer, List<Boolean> markers) {
        if (markers.size() != answer.versions().size() + answer.deleteMarkers().size()) {
            throw withoutBody("ListObjectVersions", subject(prefix));
        }
        Iterator<ObjectVersion> versions = answer.versions().iterator();
        Iterator<DeleteMarkerEntry> deletes = answer.deleteMarkers().iterator();
        return markers.stream()
                .map(marker -> marker ? version(deletes.next()) : version(versions.next()))
                .toList();
    }

    private static Version version(ObjectVersion put) {
        return new Version(
                put.key(),
                put.versionId(),
                put.lastModified(),
                false,
                put.isLatest(),
                put.size(),
                unquoted(put.eTag()));
    }

    private static Version version(DeleteMarkerEntry delete) {
        return new Version(delete.key(), delete.versionId(), delete.lastModified(), true, delete.isLatest(), 0, "");
    }

    /** An answer that says nothing may have lost its body: only one that comes twice is believed. */
    @Override
    public boolean keepsVersions() {
        return IntStream.range(0, 2).anyMatch(i -> versioning() != null);
    }

    private @Nullable BucketVersioningStatus versioning() {
        return translated("GetBucketVersioning", name(), () -> client.getBucketVersioning(r -> r.bucket(bucket)))
                .status();
    }

    private static LockstepException withoutBody(String operation, String subject) {
        return new LockstepException(operation, subject, "the answer came without its body", "", true, null);
    }
}
