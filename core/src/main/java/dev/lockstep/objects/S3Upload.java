package dev.lockstep.objects;

import static dev.lockstep.objects.S3Errors.translated;

import dev.lockstep.LockstepException;
import java.io.ByteArrayInputStream;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.NoSuchUploadException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** The calls that make one object in S3. Each says which upload it belongs to in the object's metadata. */
final class S3Upload implements Upload {
    static final String TYPE = "application/octet-stream";

    private final S3Client client;
    private final String bucket;
    private final String key;
    private final String subject;
    private final ObjectStore.Options options;
    private final String id = UUID.randomUUID().toString();
    private @Nullable String uploadId;

    S3Upload(S3Client client, String bucket, String key, ObjectStore.Options options) {
        this.client = client;
        this.bucket = bucket;
        this.key = key;
        this.subject = "s3://" + bucket + "/" + key;
        this.options = options;
    }

    private Map<String, String> metadata() {
        Map<String, String> metadata = new HashMap<>(options.metadata());
        metadata.put(RetryingObjects.PUT_ID, id);
        return metadata;
    }

    private @Nullable String ifNoneMatch() {
        return options.ifAbsent() ? "*" : null;
    }

    @Override
    public Optional<String> put(Part content) {
        String sha256 = sha256(content);
        return unlessThereIsOne(
                "PutObject",
                () -> client.putObject(
                                r -> r.bucket(bucket)
                                        .key(key)
                                        .ifNoneMatch(ifNoneMatch())
                                        .contentType(options.contentType().orElse(null))
                                        .metadata(metadata())
                                        .checksumSHA256(sha256),
                                body(content))
                        .eTag());
    }

    @Override
    public void begin() {
        String operation = "CreateMultipartUpload";
        uploadId = told(
                operation,
                translated(
                        operation,
                        subject,
                        () -> client.createMultipartUpload(r -> r.bucket(bucket)
                                        .key(key)
                                        .contentType(options.contentType().orElse(null))
                                        .metadata(metadata())
                                        .checksumAlgorithm(ChecksumAlgorithm.SHA256))
                                .uploadId()));
    }

    private String begun() {
        return Objects.requireNonNull(uploadId, "the upload was not begun");
    }

    @Override
    public Sent send(int number, Part part) {
        String sha256 = sha256(part);
        String etag = translated(
                "UploadPart",
                subject,
                () -> client.uploadPart(
                                r -> r.bucket(bucket)
                                        .key(key)
                                        .uploadId(begun())
                                        .partNumber(number)
                                        .checksumSHA256(sha256),
                                body(part))
                        .eTag());
        return new Sent(number, told("UploadPart", etag), sha256);
    }

    @Override
    public Optional<String> complete(List<Sent> parts) {
        List<CompletedPart> completed = parts.stream()
                .map(part -> CompletedPart.builder()
                        .partNumber(part.number())
                        .eTag(part.etag())
                        .checksumSHA256(part.sha256())
                        .build())
                .toList();
        return unlessThereIsOne(
                "CompleteMultipartUpload",
                () -> client.completeMultipartUpload(r -> r.bucket(bucket)
                                .key(key)
                                .uploadId(begun())
                                .ifNoneMatch(ifNoneMatch())
                                .multipartUpload(m -> m.parts(completed)))
                        .eTag());
    }

    private Optional<String> unlessThereIsOne(String operation, Supplier<@Nullable String> call) {
        return translated(operation, subject, () -> {
            try {
                return Optional.of(S3Objects.unquoted(told(operation, call.get())));
            } catch (S3Exception e) {
                if (options.ifAbsent() && e.statusCode() == S3Objects.PRECONDITION_FAILED) {
                    return Optional.empty();
                }
                throw e;
            }
        });
    }

    @Override
    public Optional<String> written() {
        return translated("HeadObject", subject, () -> {
            try {
                HeadObjectResponse head =
                        client.headObject(r -> r.bucket(bucket).key(key));
                boolean ours = id.equals(head.metadata().get(RetryingObjects.PUT_ID));
                return ours ? Optional.of(S3Objects.unquoted(told("HeadObject", head.eTag()))) : Optional.empty();
            } catch (NoSuchKeyException e) {
                return Optional.empty();
            }
        });
    }

    @Override
    public void abort() {
        translated("AbortMultipartUpload", subject, () -> {
            try {
                client.abortMultipartUpload(r -> r.bucket(bucket).key(key).uploadId(begun()));
            } catch (NoSuchUploadException e) {
                // It is gone already, by an earlier try, say.
            }
            return true;
        });
    }

    private String told(String operation, @Nullable String answered) {
        if (answered == null || answered.isEmpty()) {
            throw new LockstepException(operation, subject, "the answer came without its body", "", true, null);
        }
        return answered;
    }

    /** Without a copy of the bytes; read again where they are signed. */
    private static RequestBody body(Part part) {
        return RequestBody.fromContentProvider(
                () -> new ByteArrayInputStream(part.bytes(), 0, part.length()), part.length(), TYPE);
    }

    private static String sha256(Part part) {
        MessageDigest sha256 = Digest.SHA256.begin();
        sha256.update(part.bytes(), 0, part.length());
        return Base64.getEncoder().encodeToString(sha256.digest());
    }
}
