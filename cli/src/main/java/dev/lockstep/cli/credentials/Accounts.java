package dev.lockstep.cli.credentials;

import dev.lockstep.InvalidSettingsException;
import dev.lockstep.cli.credentials.Session.Issued;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.ProfileCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.SdkSystemSetting;
import software.amazon.awssdk.profiles.Profile;
import software.amazon.awssdk.profiles.ProfileFileSupplier;
import software.amazon.awssdk.profiles.ProfileFileSystemSetting;
import software.amazon.awssdk.profiles.ProfileProperty;
import software.amazon.awssdk.regions.Region;

/**
 * Who the two sides of a command are. Providers are made when they are first asked for, so that a command without options opens no file
 * and asks no service for them.
 *
 * <p>A replica side of which nothing is said is the primary's. One that has roles but no profile begins with the primary's user (its
 * profile and its MFA session), never with the primary's roles.
 *
 * <p>Thread-safe; its providers are, too, and may be used until it is closed.
 */
public final class Accounts implements AutoCloseable {
    /**
     * @param warnings is told what goes wrong before it does harm
     * @param allowHttp whether STS may be asked without TLS on another machine
     */
    public record Settings(Terminal terminal, Consumer<String> warnings, boolean allowHttp) {}

    /** Whoever a chain of roles begins with; where no session could be made of an MFA code, the first role takes it. */
    private record User(AwsCredentialsProvider provider, Optional<Mfa> pending) {
        User(AwsCredentialsProvider provider) {
            this(provider, Optional.empty());
        }
    }

    private final Map<Side, Identity> said;
    private final Settings settings;
    private final Map<Side, AwsCredentialsProvider> providers = new HashMap<>();
    private final Map<String, User> mfaSessions = new HashMap<>();
    private final List<Sts> services = new ArrayList<>();

    /** @throws InvalidSettingsException where an identity cannot be meant so */
    public Accounts(Identity primary, Identity replica, Settings settings) {
        primary.check(Side.PRIMARY);
        replica.check(Side.REPLICA);
        this.said = Map.of(Side.PRIMARY, primary, Side.REPLICA, replica);
        this.settings = settings;
    }

    /** What is said of a side; of a replica of which nothing is said, what is said of the primary. */
    public Identity identity(Side side) {
        return oneForBoth() ? said(Side.PRIMARY) : said(side);
    }

    /** Whether both sides are the same. */
    public boolean oneForBoth() {
        return said(Side.REPLICA).nothingSaid();
    }

    private Identity said(Side side) {
        return said.getOrDefault(side, Identity.NOTHING_SAID);
    }

    /** The credentials of a side. @param region whose STS is asked, where it has to be */
    public synchronized AwsCredentialsProvider provider(Side side, Region region) {
        Side of = oneForBoth() ? Side.PRIMARY : side;
        AwsCredentialsProvider known = providers.get(of);
        if (known == null) {
            known = assumed(user(of, region), said(of).chain(), region).provider();
            providers.put(of, known);
        }
        return known;
    }

    private User user(Side side, Region region) {
        Identity id = said(side);
        boolean beginsWithPrimary = side == Side.REPLICA && id.profile().isEmpty() && !id.usual();
        if (beginsWithPrimary && id.mfaSerial().isEmpty()) {
            return user(Side.PRIMARY, region);
        }
        Optional<String> profile = beginsWithPrimary ? said(Side.PRIMARY).profile() : id.profile();
        Token token = new Token(side, id.mfaToken());
        User found = profile.or(this::profileInForce)
                .map(name -> profile(name, new LinkedHashSet<>(), token, region))
                .orElseGet(Accounts::usual);
        User user = id.mfaSerial()
                .map(serial -> withMfa(found, profile.orElse(""), serial, token, region))
                .orElse(found);
        token.requireUse();
        requireRole(side, user);
        return user;
    }

    /** A replica's first role may take the code of the primary's user. */
    private void requireRole(Side side, User user) {
        boolean roles =
                !said(side).roles().isEmpty() || !said(Side.REPLICA).roles().isEmpty();
        if (user.pending().isPresent() && !roles) {
            throw new InvalidSettingsException(
                    "sign in",
                    "with " + side.option("mfa-serial"),
                    "these credentials are a session already: only a role that they assume can take a code",
                    "Say " + side.option("role-arn") + ", or leave " + side.option("mfa-serial") + " out");
        }
    }

    /** The code that was given for a side, or none. */
    private static final class Token {
        private final Side side;
        private final Optional<String> code;
        private boolean used;

        Token(Side side, Optional<String> code) {
            this.side = side;
            this.code = code;
        }

        Mfa of(String serial, boolean ofSession, Terminal terminal) {
            return new Mfa(serial, side.option("mfa-token"), code, ofSession, terminal);
        }

        /** A code that no device is named for would be left aside without a word. */
        void requireUse() {
            if (code.isPresent() && !used) {
                throw new InvalidSettingsException(
                        "check",
                        side.option("mfa-token"),
                        "it needs the device that it is of",
                        "Say " + side.option("mfa-serial") + " too, or a profile with mfa_serial");
            }
        }
    }

    private static User usual() {
        return new User(Found.usual(DefaultCredentialsProvider.builder().build()));
    }

    /** The SDK reads the profile in force by itself, but cannot do MFA; only where nothing comes before it. */
    private Optional<String> profileInForce() {
        boolean before = SdkSystemSetting.AWS_ACCESS_KEY_ID.getStringValue().isPresent()
                || SdkSystemSetting.AWS_WEB_IDENTITY_TOKEN_FILE.getStringValue().isPresent();
        return before
                ? Optional.empty()
                : ProfileFileSystemSetting.AWS_PROFILE
                        .getStringValue()
                        .filter(name -> found(name).filter(Accounts::isRole).isPresent());
    }

    private static boolean isRole(Profile profile) {
        return profile.property(ProfileProperty.ROLE_ARN).isPresent()
                && profile.property(ProfileProperty.SOURCE_PROFILE).isPresent();
    }

    private static Optional<Profile> found(String name) {
        try {
            return ProfileFileSupplier.defaultSupplier().get().profile(name);
        } catch (RuntimeException e) {
            throw new InvalidSettingsException(
                    "read", "the AWS configuration files", String.valueOf(e.getMessage()), "");
        }
    }

    /** Roles in profiles are assumed by us, with their MFA; all else that a profile may say, the SDK does. */
    private User profile(String name, Set<String> above, Token token, Region region) {
        Profile profile = found(name)
                .orElseThrow(() -> new InvalidSettingsException(
                        "sign in",
                        "with profile '" + name + "'",
                        "there is no such profile",
                        "'aws configure list-profiles' tells those that are there"));
        if (!isRole(profile)) {
            return new User(Found.ofProfile(
                    name,
                    ProfileCredentialsProvider.builder()
                            .profileFile(ProfileFileSupplier.defaultSupplier())
                            .profileName(name)
                            .build()));
        }
        if (!above.add(name)) {
            throw new InvalidSettingsException(
                    "sign in", "with profile '" + name + "'", "its source_profile leads back to it", "");
        }
        String source = profile.property(ProfileProperty.SOURCE_PROFILE).orElseThrow();
        boolean itself = source.equals(name);
        User from = itself ? itself(name, profile) : profile(source, above, token, region);
        User asker = profile.property(ProfileProperty.MFA_SERIAL)
                .map(serial -> withMfa(from, itself ? "the keys of " + name : source, serial, token, region))
                .orElse(from);
        return assumed(asker, List.of(role(profile)), region);
    }

    private static User itself(String name, Profile profile) {
        String key = required(name, profile, ProfileProperty.AWS_ACCESS_KEY_ID);
        String secret = required(name, profile, ProfileProperty.AWS_SECRET_ACCESS_KEY);
        return new User(StaticCredentialsProvider.create(profile.property(ProfileProperty.AWS_SESSION_TOKEN)
                .<software.amazon.awssdk.auth.credentials.AwsCredentials>map(
                        t -> AwsSessionCredentials.create(key, secret, t))
                .orElseGet(() -> AwsBasicCredentials.create(key, secret))));
    }

    private static String required(String name, Profile profile, String property) {
        return profile.property(property)
                .orElseThrow(() -> new InvalidSettingsException(
                        "sign in",
                        "with profile '" + name + "'",
                        "it is its own source_profile without " + property,
                        ""));
    }

    private static Role role(Profile profile) {
        return new Role(
                profile.property(ProfileProperty.ROLE_ARN).orElseThrow(),
                profile.property(ProfileProperty.ROLE_SESSION_NAME).orElse(Identity.SESSION_NAME),
                profile.property(ProfileProperty.EXTERNAL_ID),
                profile.property(ProfileProperty.DURATION_SECONDS).map(text -> seconds(profile, text)));
    }

    private static int seconds(Profile profile, String text) {
        if (!text.matches("\\d{3,5}")) {
            throw new InvalidSettingsException(
                    "sign in", "with profile '" + profile.name() + "'", "its duration_seconds is no such number", "");
        }
        return Integer.parseInt(text);
    }

    /**
     * One code makes one session of a day and a half, from which roles are assumed again and again without a code. Only a user's own keys
     * can do that, and both sides share that session; with others each side's code goes to its first role, and serves for one session of it.
     */
    private User withMfa(User user, String of, String serial, Token token, Region region) {
        token.used = true;
        boolean session = user.provider().resolveCredentials() instanceof AwsSessionCredentials;
        String key = of + " " + serial + (session ? " " + token.side : "");
        User known = mfaSessions.get(key);
        if (known == null) {
            Mfa mfa = token.of(serial, session, settings.terminal());
            known = session ? new User(user.provider(), Optional.of(mfa)) : userSession(user, mfa, region);
            mfaSessions.put(key, known);
        }
        return known;
    }

    private User userSession(User user, Mfa mfa, Region region) {
        Sts sts = sts(user.provider(), region);
        return new User(session("MFA session", () -> mfa.with(code -> sts.userSession(mfa.serial(), code))));
    }

    private User assumed(User user, List<Role> roles, Region region) {
        User now = user;
        for (Role role : roles) {
            Sts sts = sts(now.provider(), region);
            Optional<Mfa> mfa = now.pending();
            now = new User(session(
                    "role " + role.arn(),
                    () -> mfa.map(m -> m.with(code -> sts.assume(role, Optional.of(m.serial()), Optional.of(code))))
                            .orElseGet(() -> sts.assume(role, Optional.empty(), Optional.empty()))));
        }
        return now;
    }

    private Session session(String name, java.util.function.Supplier<Issued> issuer) {
        return new Session(name, issuer, settings.warnings(), System::nanoTime);
    }

    private Sts sts(AwsCredentialsProvider asker, Region region) {
        Sts sts = new Sts(asker, region, settings.allowHttp());
        services.add(sts);
        return sts;
    }

    @Override
    public synchronized void close() {
        services.forEach(Sts::close);
    }

    @Override
    public String toString() {
        return "Accounts" + said;
    }
}
