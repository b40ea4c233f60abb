package dev.lockstep.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Ctrl-C and SIGTERM: the command is interrupted, may finish what it has in hand, and the exit status is 130. */
final class Interrupts {
    static final int STATUS = 130;
    private static final int GRACE_SECONDS = 15;

    private final CountDownLatch done = new CountDownLatch(1);

    static Interrupts watch(Thread command) {
        Interrupts interrupts = new Interrupts();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> interrupts.interrupt(command), "lockstep-interrupt"));
        return interrupts;
    }

    /** The command has ended by itself. */
    void done() {
        done.countDown();
    }

    private void interrupt(Thread command) {
        if (done.getCount() == 0) {
            return;
        }
        command.interrupt();
        try {
            var unused = done.await(GRACE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Runtime.getRuntime().halt(STATUS);
    }
}
