package dev.lockstep.cli.credentials;

import dev.lockstep.CancelledException;
import dev.lockstep.InvalidSettingsException;
import dev.lockstep.LockstepException;
import java.util.function.Function;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.core.exception.AbortedException;

/**
 * Credentials that the SDK finds: in a profile, the environment, or the machine. Where it finds none, the failure is ours, and without a
 * cause, since those of {@code credential_process} may hold what it printed. Thread-safe.
 */
final class Found implements AwsCredentialsProvider {
    private final AwsCredentialsProvider provider;
    private final Function<RuntimeException, LockstepException> failure;
    private volatile boolean succeeded;

    private Found(AwsCredentialsProvider provider, Function<RuntimeException, LockstepException> failure) {
        this.provider = provider;
        this.failure = failure;
    }

    static Found ofProfile(String name, AwsCredentialsProvider provider) {
        return new Found(
                provider,
                e -> new LockstepException(
                        "sign in",
                        "with profile '" + name + "'",
                        oneLine(e),
                        "Try 'aws sts get-caller-identity --profile " + name + "'; for SSO: 'aws sso login --profile "
                                + name + "'"));
    }

    static Found usual(AwsCredentialsProvider provider) {
        return new Found(
                provider,
                e -> new InvalidSettingsException(
                        "sign in",
                        "to AWS",
                        "there are no credentials: none in the environment, in the profile in force, nor of this machine",
                        "Set AWS_PROFILE or say --profile NAME; for SSO: 'aws sso login' first"));
    }

    @Override
    public AwsCredentials resolveCredentials() {
        try {
            AwsCredentials credentials = provider.resolveCredentials();
            succeeded = true;
            return credentials;
        } catch (LockstepException e) {
            throw e;
        } catch (AbortedException e) {
            Thread.currentThread().interrupt();
            throw new CancelledException("sign in", "to AWS");
        } catch (RuntimeException e) {
            LockstepException told = failure.apply(e);
            throw succeeded ? passing(told) : told;
        }
    }

    /** Where there were credentials a moment ago there may be some again. */
    private static LockstepException passing(LockstepException e) {
        return new LockstepException(e.operation(), e.subject(), e.problem(), e.hint(), true, null);
    }

    private static String oneLine(RuntimeException e) {
        return String.valueOf(e.getMessage()).replaceAll("\\p{Cntrl}+", " ").strip();
    }

    @Override
    public String toString() {
        return "Found";
    }
}
