package dev.lockstep.objects;

import static dev.lockstep.objects.S3Errors.translated;

import dev.lockstep.LockstepException;
import java.io.IOException;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
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
    private static final int PRECONDITION_FAILED = 412;

    private final S3Client client;
    private final String bucket;

    public S3Objects(S3Client client, String bucket) {
        this.client = client;
        this.bucket = bucket;
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
            try {
                client.putObject(
                        r -> r.bucket(bucket)
                                .key(key)
                                .ifNoneMatch(options.ifAbsent() ? "*" : null)
                                .contentType(options.contentType().orElse(null))
                                .metadata(options.metadata())
                                .checksumSHA256(sha256),
                        RequestBody.fromBytes(content));
                return true;
            } catch (S3Exception e) {
                if (options.ifAbsent() && e.statusCode() == PRECONDITION_FAILED) {
                    return false;
                }
                throw e;
            }
        });
    }

    @Override
    public Optional<StoredObject> get(String key) {
        return translated("GetObject", subject(key), () -> {
            try (ResponseInputStream<GetObjectResponse> answer =
                    client.getObject(r -> r.bucket(bucket).key(key))) {
                return Optional.of(read(key, answer));
            } catch (NoSuchKeyException e) {
                return Optional.empty();
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
    private static boolean tellsMd5(GetObjectResponse head, String etag) {
        String encryption = head.serverSideEncryptionAsString();
        return etag.matches("[0-9a-f]{32}")
                && (encryption == null || encryption.equals("AES256"))
                && head.sseCustomerAlgorithm() == null;
    }

    private static String unquoted(String etag) {
        return etag.replace("\"", "");
    }

    @Override
    public void delete(String key) {
        translated(
                "DeleteObject",
                subject(key),
                () -> client.deleteObject(r -> r.bucket(bucket).key(key)));
    }

    @Override
    public Page page(String prefix, @Nullable String next) {
        ListObjectsV2Response answer = translated(
                "ListObjectsV2",
                subject(prefix),
                () -> client.listObjectsV2(r -> r.bucket(bucket).prefix(prefix).continuationToken(next)));
        if (answer.name() == null || answer.isTruncated() == null) {
            throw new LockstepException(
                    "ListObjectsV2", subject(prefix), "the answer came without its body", "", true, null);
        }
        return new Page(
                answer.contents().stream().map(S3Objects::entry).toList(),
                answer.isTruncated() ? answer.nextContinuationToken() : null);
    }

    private static Entry entry(S3Object object) {
        return new Entry(object.key(), object.size(), unquoted(object.eTag()), object.lastModified());
    }
}
