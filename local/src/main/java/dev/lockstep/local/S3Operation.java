package dev.lockstep.local;

import java.net.URI;

/** The names of S3's operations, told from the path-style requests that they are. Stateless. */
final class S3Operation {
    private S3Operation() {}

    /** For example {@code PutObject}; "none" for those that nobody here makes. */
    static String of(String method, String target) {
        URI uri = URI.create(target);
        boolean ofObject = uri.getPath().indexOf('/', 1) > 0 && !uri.getPath().endsWith("/");
        if (ofObject) {
            return switch (method) {
                case "PUT" -> "PutObject";
                case "GET" -> "GetObject";
                case "DELETE" -> "DeleteObject";
                default -> "none";
            };
        }
        String query = String.valueOf(uri.getRawQuery());
        return method.equals("GET") && query.contains("list-type=2") ? "ListObjectsV2" : "none";
    }
}
