package dev.lockstep.cli;

import dev.lockstep.local.LocalSts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * An AWS with one user and some roles, as the SDK finds it from this process: its STS, its configuration files, the user's keys. Everything is
 * as before when it is closed.
 */
final class AwsAccount implements AutoCloseable {
    static final String USER = "arn:aws:iam::111111111111:user/op";
    static final String DEVICE = "arn:aws:iam::111111111111:mfa/op";
    static final String READER = "arn:aws:iam::111111111111:role/reader";
    static final String WRITER = "arn:aws:iam::222222222222:role/writer";
    static final String KEY = "AKIALOCALOPERATOR001";
    static final String SECRET = "secretOfTheOperator/1";
    private static final List<String> PROPERTIES = List.of(
            "aws.accessKeyId",
            "aws.secretAccessKey",
            "aws.endpointUrlSts",
            "aws.configFile",
            "aws.sharedCredentialsFile",
            "aws.region");

    final LocalSts sts = LocalSts.start()
            .user(USER, KEY, SECRET)
            .device(DEVICE, USER)
            .role(READER, USER)
            .role(WRITER, USER);

    private final Path folder;

    AwsAccount(Path folder) {
        this.folder = folder;
        System.setProperty("aws.accessKeyId", KEY);
        System.setProperty("aws.secretAccessKey", SECRET);
        System.setProperty("aws.endpointUrlSts", sts.endpoint().toString());
        System.setProperty("aws.region", "us-east-1");
        System.setProperty("aws.configFile", folder.resolve("config").toString());
        System.setProperty(
                "aws.sharedCredentialsFile", folder.resolve("credentials").toString());
        config("");
        credentials("");
    }

    AwsAccount sessions(Duration life) {
        sts.sessions(life);
        return this;
    }

    void config(String text) {
        write("config", text);
    }

    void credentials(String text) {
        write("credentials", text);
    }

    private void write(String file, String text) {
        try {
            Files.writeString(folder.resolve(file), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        PROPERTIES.forEach(System::clearProperty);
        sts.close();
    }
}
