package dev.lockstep.lambda;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** Repeats a table's changes in its replicas. The handler is {@code dev.lockstep.lambda.Replicate::handleRequest}. */
public final class Replicate implements RequestStreamHandler {
    private final StreamFunction function;

    /** Called by Lambda, once for each process. */
    public Replicate() {
        Settings settings = Environment.forReplicate(System.getenv());
        Clients clients = new Clients(settings.places());
        Opened.Opener opener = new ReplicaOpener(settings, new Tables(clients));
        function = new StreamFunction("replicate", settings, opener, clients, System.out);
    }

    @Override
    public void handleRequest(InputStream input, OutputStream output, Context context) throws IOException {
        function.handle(input, output, context);
    }
}
