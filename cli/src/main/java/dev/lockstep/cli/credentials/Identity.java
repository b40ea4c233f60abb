package dev.lockstep.cli.credentials;

import dev.lockstep.InvalidSettingsException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a user says of one side.
 *
 * @param profile of the AWS configuration files, to begin with
 * @param usual begin with what the SDK finds, whatever was said of the other side
 * @param roles to assume, each with the one before; the last is what calls are made with
 * @param externalId goes to the last role
 * @param sessionName names the roles' sessions
 * @param mfaSerial the MFA device of the user that the side begins with
 * @param mfaToken its code, good for one use; asked for on the terminal where it is missing
 */
public record Identity(
        Optional<String> profile,
        boolean usual,
        List<String> roles,
        Optional<String> externalId,
        Optional<String> sessionName,
        Optional<String> mfaSerial,
        Optional<String> mfaToken) {
    public static final Identity NOTHING_SAID = new Identity(
            Optional.empty(), false, List.of(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    static final String SESSION_NAME = "lockstep";
    private static final Pattern ROLE = Pattern.compile("arn:aws[a-z-]*:iam::\\d{12}:role/[\\w+=,.@/-]{1,576}");
    private static final Pattern EXTERNAL_ID = Pattern.compile("[\\w+=,.@:/-]{2,1224}");
    private static final Pattern NAME = Pattern.compile("[\\w+=,.@-]{2,64}");
    private static final Pattern SERIAL = Pattern.compile("[\\w+=/:,.@-]{9,256}");
    private static final Pattern TOKEN = Pattern.compile("\\d{6}");

    public Identity {
        roles = List.copyOf(roles);
    }

    public boolean nothingSaid() {
        return equals(NOTHING_SAID);
    }

    /** @throws InvalidSettingsException where it cannot be meant so; no secret is repeated in its message */
    public void check(Side side) {
        for (String role : roles) {
            require(
                    ROLE.matcher(role).matches(),
                    side.option("role-arn") + " '" + role + "'",
                    "not the ARN of a role",
                    "For example arn:aws:iam::123456789012:role/replicator");
        }
        require(!usual || profile.isEmpty(), side.option("profile"), "it contradicts " + usualOption(side), "");
        requireRole(externalId, side.option("external-id"));
        requireRole(sessionName, side.option("role-session-name"));
        requireForm(externalId, EXTERNAL_ID, side.option("external-id"), "2 to 1224 letters, digits and +=,.@:/-_");
        requireForm(sessionName, NAME, side.option("role-session-name"), "2 to 64 letters, digits and +=,.@-_");
        requireForm(mfaSerial, SERIAL, side.option("mfa-serial"), "the ARN or serial number of an MFA device");
        requireForm(mfaToken, TOKEN, side.option("mfa-token"), "the six digits that the MFA device shows");
        boolean ownUser = side == Side.PRIMARY || profile.isPresent() || usual;
        require(
                mfaToken.isEmpty() || mfaSerial.isPresent() || ownUser,
                side.option("mfa-token"),
                "it needs the device that it is of",
                "Say " + side.option("mfa-serial") + " too, or a profile with mfa_serial");
    }

    private static String usualOption(Side side) {
        return side.option("default-credentials");
    }

    private void requireRole(Optional<String> value, String option) {
        require(value.isEmpty() || !roles.isEmpty(), option, "it means nothing without a role", "");
    }

    private static void requireForm(Optional<String> value, Pattern form, String option, String allowed) {
        require(value.filter(v -> !form.matcher(v).matches()).isEmpty(), option, "it must be " + allowed, "");
    }

    private static void require(boolean right, String subject, String problem, String hint) {
        if (!right) {
            throw new InvalidSettingsException("check", subject, problem, hint);
        }
    }

    /** The roles with what goes with them. */
    List<Role> chain() {
        return roles.stream()
                .map(arn -> new Role(
                        arn,
                        sessionName.orElse(SESSION_NAME),
                        arn.equals(roles.get(roles.size() - 1)) ? externalId : Optional.empty(),
                        Optional.empty()))
                .toList();
    }

    @Override
    public String toString() {
        return "Identity[profile=" + profile + ", roles=" + roles + ", mfaSerial=" + mfaSerial + "]";
    }
}
