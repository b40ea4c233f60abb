package dev.lockstep.backup;

import dev.lockstep.table.Item;
import java.time.Instant;
import java.util.Optional;

/**
 * What an item became at one time, as a change log tells.
 *
 * @param at whole seconds
 * @param image empty where it was deleted
 * @param expired whether that was by TTL
 * @param order tells which of two versions is the newer
 */
public record ItemVersion(Instant at, Optional<Item> image, boolean expired, String order) {}
