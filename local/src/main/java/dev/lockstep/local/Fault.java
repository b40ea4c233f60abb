package dev.lockstep.local;

import java.io.IOException;
import java.time.Duration;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import tools.jackson.databind.node.ObjectNode;

/**
 * One way to break a call. "Before" means that the upstream never saw it, "after" that the upstream carried it out. Immutable.
 */
public final class Fault {
    private interface Behaviour {
        Delivery meet(Exchange exchange) throws IOException, InterruptedException;
    }

    private interface OfReply {
        Delivery deliver(Reply reply);
    }

    private final String name;
    private final Predicate<Call> applies;
    private final Behaviour behaviour;

    private Fault(String name, Predicate<Call> applies, Behaviour behaviour) {
        this.name = name;
        this.applies = applies;
        this.behaviour = behaviour;
    }

    /** 400 ProvisionedThroughputExceededException, before. */
    public static Fault throttle() {
        return of("throttle", exchange -> Delivery.whole(exchange.refuseAsThrottled()));
    }

    /** 400 ThrottlingException, before. */
    public static Fault throttling() {
        return error(400, "com.amazon.coral.availability#ThrottlingException", "Rate exceeded");
    }

    /** 500 InternalServerError, before. */
    public static Fault internalErrorBefore() {
        return error(500, "InternalServerError", "Internal server error");
    }

    /** 500 InternalServerError, after: the call took effect. */
    public static Fault internalErrorAfter() {
        return of("internalErrorAfter", exchange -> {
            exchange.forward();
            return Delivery.whole(exchange.error(500, "InternalServerError", "Internal server error"));
        });
    }

    /** 503 SlowDown, S3's way to throttle; before. */
    public static Fault slowDown() {
        return error(503, "SlowDown", "Please reduce your request rate.");
    }

    /** 503 ServiceUnavailable, before. */
    public static Fault unavailable() {
        return error(503, "ServiceUnavailable", "Service is unavailable");
    }

    /** Connection reset, before. */
    public static Fault resetBefore() {
        return of("resetBefore", exchange -> Delivery.reset());
    }

    /** Connection reset, after: the answer is lost. */
    public static Fault resetAfter() {
        return after("resetAfter", reply -> Delivery.reset());
    }

    /** Half of the body that the content-length announced, then the end of the connection; after. */
    public static Fault truncatedBody() {
        return after("truncatedBody", reply -> Delivery.truncated(reply, reply.body().length / 2));
    }

    /** The same, with only so many first bytes of the body; none with 0. */
    public static Fault truncatedBody(int bytes) {
        return after("truncatedBody", reply -> Delivery.truncated(reply, bytes));
    }

    /**
     * A 200 whose announced body never comes and that has no checksum either; after. The SDK with its URL connection client takes this for
     * an empty success: an item that is absent, a scan that is at its end. DynamoDB always sends a checksum; something between may not.
     */
    public static Fault lostBody() {
        return after("lostBody", reply -> Delivery.truncated(reply.with(Reply.CRC, Reply.NO_HEADER), 0));
    }

    /** The right body under a wrong checksum; after. */
    public static Fault wrongCrc() {
        return after("wrongCrc", reply -> Delivery.whole(reply.with(Reply.CRC, Long.toString(reply.crc() ^ 1))));
    }

    /** One bit of one letter or digit near the middle is flipped, so that it most often is still JSON; the checksum is the right body's; after. */
    public static Fault corruptBody() {
        return after(
                "corruptBody",
                reply -> Delivery.whole(
                        reply.with(Reply.CRC, Long.toString(reply.crc())).withBody(Corruption.of(reply.body()))));
    }

    /** The body byte by byte, evenly over this time; after. */
    public static Fault slowDrip(Duration total) {
        return after("slowDrip", reply -> Delivery.drip(reply, total));
    }

    /** No answer until the client goes away or the proxy closes; before. */
    public static Fault hang() {
        return of("hang", exchange -> Delivery.hang());
    }

    /**
     * The last entries of a BatchWriteItem or BatchGetItem are withheld from the upstream and come back unprocessed: this share of them
     * (0 to 1), at least one, and not all where there are two or more. Other operations pass.
     */
    public static Fault unprocessed(double fraction) {
        return new Fault(
                "unprocessed",
                call -> BatchSplit.isBatch(call.api()) && BatchSplit.size(call.request()) > 0,
                exchange -> Delivery.whole(unprocessed(exchange, fraction)));
    }

    /** A Scan's page without items whose LastEvaluatedKey is the request's ExclusiveStartKey; a Scan without one passes. */
    public static Fault emptyPage() {
        return new Fault(
                "emptyPage",
                call -> call.api().equals("Scan") && call.request().hasNonNull("ExclusiveStartKey"),
                exchange -> Delivery.whole(emptyPage(exchange)));
    }

    /** 400 AccessDeniedException with AWS's wording, which names action and table; before. */
    public static Fault accessDenied() {
        return of("accessDenied", exchange -> Delivery.whole(accessDenied(exchange)));
    }

    /** Any error; before. */
    public static Fault error(int status, String type, String message) {
        return of(type, exchange -> Delivery.whole(exchange.refuse(status, type, message)));
    }

    /** Rewrites the JSON of a successful answer, with a right checksum; after. Even a lone surrogate reaches the client. */
    public static Fault edit(UnaryOperator<ObjectNode> rewrite) {
        return after("edit", reply -> Delivery.whole(edited(reply, rewrite)));
    }

    boolean appliesTo(Call call) {
        return applies.test(call);
    }

    Delivery meet(Exchange exchange) throws IOException, InterruptedException {
        return behaviour.meet(exchange);
    }

    @Override
    public String toString() {
        return name;
    }

    private static Fault of(String name, Behaviour behaviour) {
        return new Fault(name, call -> true, behaviour);
    }

    private static Fault after(String name, OfReply then) {
        return of(name, exchange -> then.deliver(exchange.forward()));
    }

    private static Reply unprocessed(Exchange exchange, double fraction) throws IOException, InterruptedException {
        int size = BatchSplit.size(exchange.json());
        int share = (int) Math.max(1, Math.round(size * fraction));
        BatchSplit split = BatchSplit.first(exchange.json(), size - Math.min(share, Math.max(1, size - 1)));
        return split.kept() == 0
                ? exchange.allUnprocessed(split)
                : exchange.withUnprocessed(exchange.forward(split.forward()), split);
    }

    private static Reply emptyPage(Exchange exchange) {
        ObjectNode page = Json.object().put("Count", 0).put("ScannedCount", 0);
        page.putArray("Items");
        page.set("LastEvaluatedKey", exchange.json().get("ExclusiveStartKey"));
        return Reply.json(200, page);
    }

    private static Reply accessDenied(Exchange exchange) {
        String table = exchange.call().table();
        String resource = table == null ? "*" : "arn:aws:dynamodb:us-east-1:123456789012:table/" + table;
        String message = "User: arn:aws:iam::123456789012:user/tester is not authorized to perform: dynamodb:"
                + exchange.call().api() + " on resource: " + resource;
        return exchange.refuse(400, "com.amazon.coral.service#AccessDeniedException", message);
    }

    private static Reply edited(Reply reply, UnaryOperator<ObjectNode> rewrite) {
        ObjectNode answer = Json.parse(reply.body());
        return reply.ok() && answer != null ? reply.withJson(rewrite.apply(answer)) : reply;
    }
}
