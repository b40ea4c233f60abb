package dev.lockstep.backup;

import dev.lockstep.objects.ObjectWriter;

/** Gives up what a writer has sent even where its thread is interrupted: parts that stay are billed. */
final class Uninterrupted {
    private Uninterrupted() {}

    static void close(ObjectWriter writer) {
        boolean interrupted = Thread.interrupted();
        try {
            writer.close();
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
