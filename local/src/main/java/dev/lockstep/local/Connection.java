package dev.lockstep.local;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.util.function.Consumer;

/** One client's connection: its calls one after the other. Runs on one thread. */
final class Connection implements Runnable {
    private static final int BUFFER = 65_536;

    private final Settings settings;
    private final Socket socket;
    private final Consumer<Throwable> failures;

    Connection(Settings settings, Socket socket, Consumer<Throwable> failures) {
        this.settings = settings;
        this.socket = socket;
        this.failures = failures;
    }

    @Override
    public void run() {
        try (socket) {
            socket.setTcpNoDelay(true);
            InputStream in = new BufferedInputStream(socket.getInputStream(), BUFFER);
            boolean open = true;
            while (open) {
                Request request = Wire.read(in, socket.getOutputStream());
                open = request != null && serve(request) && !request.wantsClose();
            }
        } catch (IOException gone) {
            // The client left, or the proxy closes: there is nobody to tell.
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException bug) {
            failures.accept(bug);
        }
    }

    private boolean serve(Request request) throws IOException, InterruptedException {
        return answer(request).to(socket);
    }

    /** A call leaves the count before its answer goes out: else the client's next one, elsewhere, could seem to overlap it. */
    private Delivery answer(Request request) throws InterruptedException {
        long number = settings.ledger().enter(request.api());
        try {
            return answer(new Exchange(settings, request, number));
        } finally {
            settings.ledger().leave();
        }
    }

    private Delivery answer(Exchange exchange) throws InterruptedException {
        try {
            return exchange.run();
        } catch (IOException e) {
            return Delivery.whole(Reply.error(502, "UpstreamFailed", "the upstream failed: " + e));
        } catch (RuntimeException | Error e) {
            failures.accept(e);
            return Delivery.whole(Reply.error(500, "ProxyFailed", "the fault proxy failed: " + e));
        }
    }
}
