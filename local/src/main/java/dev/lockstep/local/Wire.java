package dev.lockstep.local;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** HTTP/1.1 on a raw connection: as much as the clients of DynamoDB and S3 use. Stateless. */
final class Wire {
    private static final int MAX_LINE = 65_536;
    private static final String LENGTH = "content-length";
    private static final Set<String> OF_CONNECTION =
            Set.of("connection", "keep-alive", "content-length", "transfer-encoding", "expect", "upgrade");

    private Wire() {}

    /** The next request, or null where the client ended the connection between two requests. */
    static @Nullable Request read(InputStream in, OutputStream out) throws IOException {
        String first = line(in);
        if (first == null) {
            return null;
        }
        String[] parts = first.split(" ", 3);
        if (parts.length != 3) {
            throw new IOException("not an HTTP request");
        }
        Map<String, String> headers = headers(in);
        if (headers.containsKey("expect")) {
            out.write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(ISO_8859_1));
            out.flush();
        }
        return new Request(parts[0], parts[1], headers, body(in, headers));
    }

    /** Sends a request with its headers as they are, on a connection that is used for nothing else, and reads the answer. */
    static Reply exchange(Request request, InputStream in, OutputStream out) throws IOException {
        StringBuilder head = new StringBuilder();
        head.append(request.method()).append(' ').append(request.path()).append(" HTTP/1.1\r\n");
        request.headers().forEach((name, value) -> {
            if (!OF_CONNECTION.contains(name)) {
                header(head, name, value);
            }
        });
        header(head, "content-length", Integer.toString(request.body().length));
        header(head, "connection", "close");
        out.write(head.append("\r\n").toString().getBytes(ISO_8859_1));
        out.write(request.body());
        out.flush();
        return request.wantsHeadOnly() ? answerWithoutBody(in) : answer(in);
    }

    /** Its headers tell the length of a body that does not follow. */
    private static Reply answerWithoutBody(InputStream in) throws IOException {
        String[] status = required(in).split(" ", 3);
        Map<String, String> headers = headers(in);
        String length = headers.getOrDefault(LENGTH, "0");
        headers.keySet().removeAll(OF_CONNECTION);
        return new Reply(Integer.parseInt(status[1]), headers, new byte[0])
                .with(LENGTH, length)
                .with(Reply.CRC, Reply.NO_HEADER);
    }

    private static Reply answer(InputStream in) throws IOException {
        String[] status = required(in).split(" ", 3);
        Map<String, String> headers = headers(in);
        boolean measured = headers.containsKey("content-length") || headers.containsKey("transfer-encoding");
        byte[] body = measured ? body(in, headers) : in.readAllBytes();
        headers.keySet().removeAll(OF_CONNECTION);
        return new Reply(Integer.parseInt(status[1]), headers, body).with(Reply.CRC, Reply.NO_HEADER);
    }

    /** Status line and headers, saying that a body of {@code length} bytes follows. */
    static byte[] head(Reply reply, int length) {
        StringBuilder head = new StringBuilder("HTTP/1.1 ").append(reply.status());
        head.append(reply.ok() ? " OK\r\n" : " Error\r\n");
        reply.headers().forEach((name, value) -> header(head, name, value));
        if (!reply.headers().containsKey(Reply.CRC)) {
            header(head, Reply.CRC, Long.toString(reply.crc()));
        }
        if (!reply.headers().containsKey(LENGTH)) {
            header(head, LENGTH, Integer.toString(length));
        }
        return head.append("\r\n").toString().getBytes(ISO_8859_1);
    }

    private static void header(StringBuilder head, String name, String value) {
        if (!value.equals(Reply.NO_HEADER)) {
            head.append(name).append(": ").append(value).append("\r\n");
        }
    }

    private static Map<String, String> headers(InputStream in) throws IOException {
        Map<String, String> headers = new LinkedHashMap<>();
        for (String line = required(in); !line.isEmpty(); line = required(in)) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                String name = line.substring(0, colon).toLowerCase(Locale.ROOT);
                headers.put(name, line.substring(colon + 1).trim());
            }
        }
        return headers;
    }

    private static byte[] body(InputStream in, Map<String, String> headers) throws IOException {
        if (headers.getOrDefault("transfer-encoding", "").equalsIgnoreCase("chunked")) {
            return chunks(in);
        }
        return exactly(in, Integer.parseInt(headers.getOrDefault("content-length", "0")));
    }

    private static byte[] chunks(InputStream in) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (int size = chunkSize(in); size > 0; size = chunkSize(in)) {
            body.writeBytes(exactly(in, size));
            required(in);
        }
        headers(in);
        return body.toByteArray();
    }

    private static int chunkSize(InputStream in) throws IOException {
        String line = required(in);
        int extension = line.indexOf(';');
        return Integer.parseInt((extension < 0 ? line : line.substring(0, extension)).trim(), 16);
    }

    private static byte[] exactly(InputStream in, int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("the client left within a body");
        }
        return bytes;
    }

    private static String required(InputStream in) throws IOException {
        String line = line(in);
        if (line == null) {
            throw new EOFException("the client left within a request");
        }
        return line;
    }

    private static @Nullable String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                return line.isEmpty() ? null : line.toString();
            }
            if (line.length() > MAX_LINE) {
                throw new IOException("header line too long");
            }
            line.append((char) c);
        }
        int end = line.length() - 1;
        return end >= 0 && line.charAt(end) == '\r' ? line.substring(0, end) : line.toString();
    }
}
