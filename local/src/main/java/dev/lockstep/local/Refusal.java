package dev.lockstep.local;

/** How a call is refused. */
record Refusal(int status, String type, String message) {}
