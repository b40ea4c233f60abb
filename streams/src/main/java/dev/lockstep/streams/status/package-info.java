/**
 * What the running service shows of itself: a page for the operator, figures for Prometheus and CloudWatch, and answers for
 * health checks.
 *
 * <p>The service fills a {@link dev.lockstep.streams.status.Status}; everything here only reads it. Nothing here can end the
 * service or hold it up.
 */
@org.jspecify.annotations.NullMarked
package dev.lockstep.streams.status;
