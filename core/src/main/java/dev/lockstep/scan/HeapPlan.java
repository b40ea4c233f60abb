package dev.lockstep.scan;

/**
 * How a job divides the heap, so that what it holds does not grow with the tables.
 *
 * @param parallel segments at once: as asked for, fewer where the heap is small
 * @param pageBytes for each decoded page (two a table and segment: one at work, one coming)
 * @param windowBytes for the unmatched items of one segment and replica
 * @param queueBytes for the suspects of one replica that wait to be looked at again
 * @param batchBytes for the items of one batch of keyed reads
 */
public record HeapPlan(int parallel, long pageBytes, long windowBytes, long queueBytes, long batchBytes) {
    private static final long MB = 1 << 20;
    /** Below this a page of ordinary items has to be cut, which costs requests; then fewer segments are better. */
    private static final long GOOD_PAGE = 4 * MB;

    /**
     * @param heap bytes, {@code Runtime.maxMemory()}
     * @param replicas how many tables are read beside the primary
     * @param parallel segments at once that the user asked for
     */
    public static HeapPlan of(long heap, int replicas, int parallel) {
        int tables = replicas + 1;
        long pages = heap / 4;
        int segments = (int) Math.max(1, Math.min(parallel, pages / (2L * tables * GOOD_PAGE)));
        long page = pages / (2L * tables * segments);
        long window = Math.min(64 * MB, heap / 8 / ((long) segments * Math.max(1, replicas)));
        return new HeapPlan(
                segments,
                page,
                Math.max(window, Math.min(2 * page, 16 * MB)),
                Math.min(64 * MB, heap / 16 / Math.max(1, replicas)),
                Math.min(16 * MB, heap / 16 / ((long) segments * tables)));
    }
}
