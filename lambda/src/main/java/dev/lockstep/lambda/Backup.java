package dev.lockstep.lambda;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** Keeps folders of items on S3 in step with a table: mapbox's incremental backup. The handler is {@code dev.lockstep.lambda.Backup::handleRequest}. */
public final class Backup implements RequestStreamHandler {
    private final StreamFunction function;

    /** Called by Lambda, once for each process. */
    public Backup() {
        Settings settings = Environment.forBackup(System.getenv());
        Clients clients = new Clients(settings.places());
        Opened.Opener opener = new FolderOpener(settings, new Tables(clients));
        function = new StreamFunction("backup", settings, opener, clients, System.out);
    }

    @Override
    public void handleRequest(InputStream input, OutputStream output, Context context) throws IOException {
        function.handle(input, output, context);
    }
}
