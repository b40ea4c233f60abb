package dev.lockstep.streams.kcl;

import java.lang.reflect.Field;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import software.amazon.kinesis.coordinator.Scheduler;
import software.amazon.kinesis.coordinator.assignment.LeaseAssignmentManager;

/**
 * Ends the threads that KCL leaves behind: two pools of each scheduler that nobody closes, and one of the class that keeps the
 * process alive. They can be reached by reflection only; where that is not allowed they stay.
 */
final class KclThreads {
    private static final Duration IDLE = Duration.ofSeconds(1);

    private KclThreads() {}

    static void release(Scheduler scheduler) {
        field(scheduler.leaseCoordinator(), "leaseDiscoveryThreadPool").ifPresent(KclThreads::close);
        field(scheduler.streamInfoManager(), "scheduledExecutorService").ifPresent(KclThreads::close);
        constant(LeaseAssignmentManager.class, "LEASE_ASSIGNMENT_CALL_THREAD_POOL")
                .ifPresent(KclThreads::letIdleThreadsEnd);
    }

    private static void close(Object pool) {
        if (pool instanceof ExecutorService threads) {
            threads.shutdownNow();
        }
    }

    /** Other schedulers of this process use it, too. */
    private static void letIdleThreadsEnd(Object pool) {
        if (pool instanceof ThreadPoolExecutor threads) {
            threads.setKeepAliveTime(IDLE.toMillis(), TimeUnit.MILLISECONDS);
            threads.allowCoreThreadTimeOut(true);
        }
    }

    private static Optional<Object> field(@Nullable Object owner, String name) {
        return owner == null ? Optional.empty() : value(owner.getClass(), owner, name);
    }

    private static Optional<Object> constant(Class<?> type, String name) {
        return value(type, null, name);
    }

    private static Optional<Object> value(Class<?> type, @Nullable Object owner, String name) {
        try {
            Field field = type.getDeclaredField(name);
            field.setAccessible(true);
            return Optional.ofNullable(field.get(owner));
        } catch (ReflectiveOperationException | RuntimeException e) {
            return Optional.empty();
        }
    }
}
