package dev.lockstep.local;

/** Bytes gone wrong on the way. Stateless. */
final class Corruption {
    private Corruption() {}

    /** A copy with the lowest bit of the letter or digit nearest to the middle flipped, or of the middle where there is none. */
    static byte[] of(byte[] body) {
        byte[] copy = body.clone();
        if (copy.length > 0) {
            copy[target(body)] ^= 1;
        }
        return copy;
    }

    private static int target(byte[] body) {
        int middle = body.length / 2;
        for (int far = 0; far <= middle; far++) {
            if (middle + far < body.length && plain(body[middle + far])) {
                return middle + far;
            }
            if (plain(body[middle - far])) {
                return middle - far;
            }
        }
        return middle;
    }

    private static boolean plain(byte b) {
        return (b >= '0' && b <= '9') || (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z');
    }
}
