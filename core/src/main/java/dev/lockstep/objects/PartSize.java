package dev.lockstep.objects;

/** How large each part is: parts grow, so that few bytes need little memory and S3's 10,000 parts reach 1.5 TB. */
final class PartSize {
    /** S3 takes no more. */
    static final int MAX_PARTS = 10_000;

    private static final int FIRST = 8 << 20;
    private static final int LARGEST = 256 << 20;
    private static final int PARTS_A_SIZE = 1_000;

    private PartSize() {}

    /** @param number from 1 on */
    static int of(int number) {
        int doublings = (number - 1) / PARTS_A_SIZE;
        return (int) Math.min(LARGEST, (long) FIRST << doublings);
    }
}
