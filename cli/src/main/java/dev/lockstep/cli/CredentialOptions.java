package dev.lockstep.cli;

import dev.lockstep.cli.credentials.Accounts;
import dev.lockstep.cli.credentials.Identity;
import dev.lockstep.cli.credentials.Terminal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** Whose credentials a command uses; no option takes a secret key. */
final class CredentialOptions {
    @ArgGroup(validate = false, heading = "%nCredentials (default: where the AWS tools find them):%n")
    Primary primary = new Primary();

    @ArgGroup(validate = false, heading = "%nOf the replicas or destinations, if they are others:%n")
    Replica replica = new Replica();

    static final class Primary {
        @Option(names = "--profile", paramLabel = "NAME", description = "A profile of the AWS configuration files.")
        @Nullable
        String profile;

        @Option(
                names = "--role-arn",
                paramLabel = "ARN",
                split = ",",
                description = "Assume this role. Repeatable: each is assumed with the one before.")
        List<String> roles = new ArrayList<>();

        @Option(
                names = "--external-id",
                paramLabel = "ID",
                description = "What the (last) role's trust policy asks for.")
        @Nullable
        String externalId;

        @Option(
                names = "--role-session-name",
                paramLabel = "NAME",
                description = "How CloudTrail shows the roles' sessions (default: lockstep).")
        @Nullable
        String sessionName;

        @Option(
                names = "--mfa-serial",
                paramLabel = "ARN",
                description = "The MFA device to sign in with. Its code is asked for on the terminal.")
        @Nullable
        String mfaSerial;

        @Option(names = "--mfa-token", paramLabel = "CODE", description = "The code, where there is no terminal.")
        @Nullable
        String mfaToken;

        Identity identity() {
            return CredentialOptions.identity(profile, false, roles, externalId, sessionName, mfaSerial, mfaToken);
        }
    }

    static final class Replica {
        @Option(names = "--replica-profile", paramLabel = "NAME", description = "The same as above, for them.")
        @Nullable
        String profile;

        @Option(
                names = "--replica-role-arn",
                paramLabel = "ARN",
                split = ",",
                description = "Assumed with --replica-profile, or else with what --profile tells; not with --role-arn.")
        List<String> roles = new ArrayList<>();

        @Option(names = "--replica-external-id", paramLabel = "ID", description = "As --external-id.")
        @Nullable
        String externalId;

        @Option(names = "--replica-role-session-name", paramLabel = "NAME", description = "As --role-session-name.")
        @Nullable
        String sessionName;

        @Option(names = "--replica-mfa-serial", paramLabel = "ARN", description = "As --mfa-serial.")
        @Nullable
        String mfaSerial;

        @Option(names = "--replica-mfa-token", paramLabel = "CODE", description = "As --mfa-token.")
        @Nullable
        String mfaToken;

        @Option(
                names = "--replica-default-credentials",
                description = "Where the AWS tools find them, though the options above say others for the primary.")
        boolean usual;

        Identity identity() {
            return CredentialOptions.identity(profile, usual, roles, externalId, sessionName, mfaSerial, mfaToken);
        }
    }

    private static Identity identity(
            @Nullable String profile,
            boolean usual,
            List<String> roles,
            @Nullable String externalId,
            @Nullable String sessionName,
            @Nullable String mfaSerial,
            @Nullable String mfaToken) {
        return new Identity(
                Optional.ofNullable(profile),
                usual,
                roles,
                Optional.ofNullable(externalId),
                Optional.ofNullable(sessionName),
                Optional.ofNullable(mfaSerial),
                Optional.ofNullable(mfaToken));
    }

    /** A command line to be shown: without codes, which are good for one use, and with a word for external ids. */
    static List<String> withoutSecrets(List<String> arguments) {
        List<String> shown = new ArrayList<>();
        for (int i = 0; i < arguments.size(); i++) {
            String option = arguments.get(i).replaceFirst("=.*", "");
            boolean code = option.matches("--(replica-)?mfa-token");
            boolean id = option.matches("--(replica-)?external-id");
            if (!code && !id) {
                shown.add(arguments.get(i));
                continue;
            }
            i += option.equals(arguments.get(i)) ? 1 : 0;
            if (id) {
                shown.addAll(List.of(option, "EXTERNAL-ID"));
            }
        }
        return shown;
    }

    Accounts accounts(boolean allowHttp, Consumer<String> warnings) {
        return new Accounts(
                primary.identity(), replica.identity(), new Accounts.Settings(Terminal.system(), warnings, allowHttp));
    }
}
