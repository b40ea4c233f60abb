package dev.lockstep.local;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** One call on its way through the proxy. Used by one thread. */
final class Exchange {
    private static final String CAPACITY = "ReturnConsumedCapacity";
    private static final String THROTTLED = "ProvisionedThroughputExceededException";

    private final Settings settings;
    private final Request request;
    private final @Nullable ObjectNode json;
    private final Call call;

    Exchange(Settings settings, Request request, long number) {
        this.settings = settings;
        this.request = request;
        this.json = Json.parse(request.body());
        this.call = Call.of(request.api(), json == null ? Json.object() : json, number);
    }

    Call call() {
        return call;
    }

    /** The client's JSON; an empty object where it sent none. */
    ObjectNode json() {
        return json == null ? Json.object() : json;
    }

    /** Takes the call through, by the first rule that wants it, or straight. */
    Delivery run() throws IOException, InterruptedException {
        settings.sleepLatency();
        Gate gate = settings.gate();
        Refusal refusal = gate == null ? null : gate.refusal(request);
        if (refusal != null) {
            return Delivery.whole(refuse(refusal.status(), refusal.type(), refusal.message()));
        }
        Fault fault = settings.rules().pick(call);
        if (fault == null) {
            return Delivery.whole(forward());
        }
        settings.ledger().fault();
        return fault.meet(this);
    }

    /** Sends the client's request to the upstream, if the budget allows. */
    Reply forward() throws IOException, InterruptedException {
        return json == null || !Bill.meters(call.api())
                ? hooked(() -> settings.upstream().send(request))
                : forward(json);
    }

    /** The same with another request. */
    Reply forward(ObjectNode edited) throws IOException, InterruptedException {
        if (call.api().equals("BatchWriteItem")) {
            return forward(settings.budget().admitBatchWrite(edited));
        }
        return settings.budget().admits(call) ? hooked(() -> metered(edited)) : refuseAsThrottled();
    }

    /** Sends what is kept and adds the rest to the answer; where the budget kept nothing, refuses all. */
    private Reply forward(BatchSplit split) throws IOException, InterruptedException {
        if (split.held() == 0) {
            return hooked(() -> metered(split.forward()));
        }
        return split.kept() == 0 ? refuseAsThrottled() : withUnprocessed(hooked(() -> metered(split.forward())), split);
    }

    /** The answer with the withheld entries in it. */
    Reply withUnprocessed(Reply reply, BatchSplit split) {
        ObjectNode answer = Json.parse(reply.body());
        if (!reply.ok() || answer == null) {
            return reply;
        }
        settings.ledger().unprocessed(split.held());
        return reply.withJson(split.addTo(answer, call.api()));
    }

    /** The answer where all was withheld. */
    Reply allUnprocessed(BatchSplit split) {
        settings.ledger().unprocessed(split.held());
        return Reply.json(200, split.answerAlone(call.api()));
    }

    /** Refuses the call with an error. */
    Reply refuse(int status, String type, String message) {
        if (type.endsWith(THROTTLED) || type.endsWith("ThrottlingException") || type.equals("SlowDown")) {
            settings.ledger().throttle();
        }
        return error(status, type, message);
    }

    /** An error in the words of the service that was called. */
    Reply error(int status, String type, String message) {
        Reply error = request.isS3() ? Reply.s3Error(status, type, message) : Reply.error(status, type, message);
        return request.wantsHeadOnly() ? error.withBody(new byte[0]) : error;
    }

    Reply refuseAsThrottled() {
        return refuse(
                400,
                THROTTLED,
                "The level of configured provisioned throughput for the table was exceeded."
                        + " Consider increasing your provisioning level with the UpdateTable API.");
    }

    private interface Sending {
        Reply send() throws IOException, InterruptedException;
    }

    private Reply hooked(Sending sending) throws IOException, InterruptedException {
        settings.before().run(call);
        Reply reply = sending.send();
        settings.after().run(call);
        return reply;
    }

    /** Asks the upstream what the call cost, notes it, and takes the answer to that out again if the client did not ask. */
    private Reply metered(ObjectNode edited) throws IOException, InterruptedException {
        boolean asked = !List.of("", "NONE").contains(Json.text(edited, CAPACITY));
        ObjectNode asking = asked ? edited : Json.shallowCopy(edited).put(CAPACITY, "TOTAL");
        Reply reply = settings.upstream().send(request.withBody(Json.bytes(asking)));
        ObjectNode answer = Json.parse(reply.body());
        if (answer == null) {
            return reply;
        }
        charge(asking, reply.ok(), answer);
        boolean told = !asked && answer.remove("ConsumedCapacity") != null;
        return told ? reply.withJson(answer) : reply;
    }

    private void charge(ObjectNode asking, boolean ok, ObjectNode answer) {
        List<Charge> charges = ok ? Bill.of(call.api(), asking, answer) : Bill.ofFailed(call.api(), asking, answer);
        settings.ledger().charge(charges);
        settings.budget().settle(charges, call.api().equals("BatchWriteItem"));
    }
}
