/**
 * Whose credentials calls are made with.
 *
 * <p>Glossary: a <b>side</b> is the primary's or the replica's; an <b>identity</b> is what a user says of a side; a <b>user</b> is whoever a side
 * begins with (a profile, or what the SDK finds), perhaps with an MFA session; <b>roles</b> are assumed from there, each with the one
 * before; a <b>session</b> is what STS issues for a time, and is renewed before that ends.
 *
 * <p>No secret key, session token, MFA code or external id is in any message, cause or {@code toString} that leaves this package.
 */
@org.jspecify.annotations.NullMarked
package dev.lockstep.cli.credentials;
