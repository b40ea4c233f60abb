package dev.lockstep.local;

import java.net.URI;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;

/** The names of S3's operations, told from the path-style requests that they are. Stateless. */
final class S3Operation {
    private S3Operation() {}

    /** For example {@code PutObject}; "none" for those that nobody here makes. */
    static String of(String method, String target) {
        URI uri = URI.create(target);
        boolean ofObject = uri.getPath().indexOf('/', 1) > 0 && !uri.getPath().endsWith("/");
        Set<String> parameters = parameters(uri);
        return ofObject ? ofObject(method, parameters) : ofBucket(method, uri, parameters);
    }

    private static Set<String> parameters(URI uri) {
        String query = uri.getRawQuery();
        return Arrays.stream(query == null ? new String[0] : query.split("&"))
                .map(parameter -> parameter.split("=", 2)[0])
                .collect(Collectors.toSet());
    }

    private static String ofObject(String method, Set<String> parameters) {
        boolean ofUpload = parameters.contains("uploadId");
        return switch (method) {
            case "PUT" -> ofUpload ? "UploadPart" : "PutObject";
            case "GET" -> ofUpload ? "none" : "GetObject";
            case "HEAD" -> "HeadObject";
            case "DELETE" -> ofUpload ? "AbortMultipartUpload" : "DeleteObject";
            case "POST" ->
                ofUpload
                        ? "CompleteMultipartUpload"
                        : parameters.contains("uploads") ? "CreateMultipartUpload" : "none";
            default -> "none";
        };
    }

    private static String ofBucket(String method, URI uri, Set<String> parameters) {
        if (!method.equals("GET")) {
            return "none";
        }
        if (parameters.contains("versions")) {
            return "ListObjectVersions";
        }
        if (parameters.contains("versioning")) {
            return "GetBucketVersioning";
        }
        return String.valueOf(uri.getRawQuery()).contains("list-type=2") ? "ListObjectsV2" : "none";
    }
}
