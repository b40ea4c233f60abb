package dev.lockstep.streams;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Tests speak to the real part, or to a fake that keeps the same contract. */
@AnalyzeClasses(packages = "dev.lockstep.streams", importOptions = ImportOption.OnlyIncludeTests.class)
class NoMocksTest {
    @ArchTest
    static final ArchRule no_test_mocks = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.mockito..", "org.easymock..", "org.powermock..", "org.jmock..");
}
