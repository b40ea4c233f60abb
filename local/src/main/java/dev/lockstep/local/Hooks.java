package dev.lockstep.local;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** The hooks on one side of the upstream, in the order they were added. Thread-safe. */
final class Hooks {
    private record OnApi(String api, Hook hook) {}

    private final List<OnApi> hooks = new CopyOnWriteArrayList<>();

    void add(String api, Hook hook) {
        hooks.add(new OnApi(api, hook));
    }

    void clear() {
        hooks.clear();
    }

    void run(Call call) throws InterruptedException {
        for (OnApi each : hooks) {
            if (each.api().equals("*") || each.api().equals(call.api())) {
                run(each.hook(), call);
            }
        }
    }

    private static void run(Hook hook, Call call) throws InterruptedException {
        try {
            hook.run(call);
        } catch (InterruptedException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("hook on " + call.api() + " failed: " + e.getMessage(), e);
        }
    }
}
