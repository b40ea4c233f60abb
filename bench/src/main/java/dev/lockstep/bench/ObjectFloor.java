package dev.lockstep.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.lockstep.local.LocalS3;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4FamilyHttpSigner;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;

/**
 * The least that an S3 server on this machine lets anybody do: so many objects put, then got, by requests that were signed
 * and written out before the clock starts, over sockets that stay open. What is left is the server and the system.
 */
final class ObjectFloor {
    private static final int SOCKETS = 32;

    private static final int LISTINGS = 16;

    private final LocalS3 server;
    private final URI endpoint;
    private final String bucket;

    ObjectFloor(LocalS3 server, String bucket) {
        this.server = server;
        this.endpoint = server.endpoint();
        this.bucket = bucket;
    }

    /** Seconds that it takes to put all of these, at the least. */
    double put(int objects, int bytes) throws InterruptedException {
        byte[] body = "x".repeat(bytes).getBytes(US_ASCII);
        return seconds(SdkHttpMethod.PUT, objects, body);
    }

    /** Seconds that it takes to get all that were put, at the least. */
    double get(int objects) throws InterruptedException {
        return seconds(SdkHttpMethod.GET, objects, new byte[0]);
    }

    /** Seconds that it takes to list all that were put, several listings at once. */
    double list() {
        long began = System.nanoTime();
        IntStream.range(0, LISTINGS)
                .parallel()
                .forEach(i -> server.client()
                        .listObjectsV2Paginator(r -> r.bucket(bucket).prefix(folder(i)))
                        .forEach(page -> {}));
        return (System.nanoTime() - began) / 1e9;
    }

    private static String folder(int number) {
        return "floor/" + number % LISTINGS + "/";
    }

    private double seconds(SdkHttpMethod method, int objects, byte[] body) throws InterruptedException {
        List<byte[]> requests = IntStream.range(0, objects)
                .mapToObj(i -> request(method, i, body))
                .toList();
        ExecutorService threads = Executors.newFixedThreadPool(SOCKETS);
        try {
            long began = System.nanoTime();
            List<Future<?>> sent = new ArrayList<>();
            for (int socket = 0; socket < SOCKETS; socket++) {
                int first = socket;
                sent.add(threads.submit(() -> {
                    send(requests, first);
                    return null;
                }));
            }
            for (Future<?> one : sent) {
                one.get();
            }
            return (System.nanoTime() - began) / 1e9;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } finally {
            threads.shutdownNow();
        }
    }

    private void send(List<byte[]> requests, int first) throws IOException {
        try (Socket socket = new Socket(endpoint.getHost(), endpoint.getPort())) {
            socket.setTcpNoDelay(true);
            InputStream answers = new BufferedInputStream(socket.getInputStream());
            for (int i = first; i < requests.size(); i += SOCKETS) {
                socket.getOutputStream().write(requests.get(i));
                skipAnswer(answers);
            }
        }
    }

    /** Reads one answer of HTTP/1.1 to its end; any but 200 ends the run. */
    private static void skipAnswer(InputStream in) throws IOException {
        String status = line(in);
        if (!status.contains(" 200 ")) {
            throw new IOException("the server said " + status);
        }
        long length = 0;
        for (String header = line(in); !header.isEmpty(); header = line(in)) {
            String lower = header.toLowerCase(Locale.ROOT);
            if (lower.startsWith("content-length:")) {
                length =
                        Long.parseLong(header.substring(header.indexOf(':') + 1).trim());
            }
        }
        in.skipNBytes(length);
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new IOException("the server closed the connection");
            }
            if (c != '\r') {
                line.write(c);
            }
        }
        return line.toString(UTF_8);
    }

    private byte[] request(SdkHttpMethod method, int number, byte[] body) {
        SdkHttpRequest plain = SdkHttpRequest.builder()
                .method(method)
                .uri(endpoint)
                .encodedPath("/" + bucket + "/" + folder(number) + number)
                .putHeader("Content-Length", String.valueOf(body.length))
                .build();
        ContentStreamProvider payload = () -> new ByteArrayInputStream(body);
        SdkHttpRequest signed = AwsV4HttpSigner.create()
                .sign(r -> r.identity(AwsCredentialsIdentity.create(LocalS3.ACCESS_KEY, LocalS3.SECRET))
                        .request(plain)
                        .payload(payload)
                        .putProperty(AwsV4FamilyHttpSigner.SERVICE_SIGNING_NAME, "s3")
                        .putProperty(AwsV4HttpSigner.REGION_NAME, "us-east-1")
                        .putProperty(AwsV4FamilyHttpSigner.DOUBLE_URL_ENCODE, false)
                        .putProperty(AwsV4FamilyHttpSigner.NORMALIZE_PATH, false))
                .request();
        StringBuilder head = new StringBuilder(method + " " + signed.encodedPath() + " HTTP/1.1\r\n");
        signed.forEachHeader((name, values) ->
                head.append(name).append(": ").append(values.get(0)).append("\r\n"));
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(head.append("\r\n").toString().getBytes(US_ASCII));
        all.writeBytes(body);
        return all.toByteArray();
    }
}
