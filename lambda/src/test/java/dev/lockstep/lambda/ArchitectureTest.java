package dev.lockstep.lambda;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The arrows that DESIGN.md draws, in this module: what is small and quick to start stays so. */
@AnalyzeClasses(packages = "dev.lockstep.lambda", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule no_client_library_no_spark_no_command_line = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "software.amazon.kinesis..",
                    "com.amazonaws.services.dynamodbv2..",
                    "com.amazonaws.services.kinesis..",
                    "com.amazonaws.services.lambda.runtime.events..",
                    "org.apache.spark..",
                    "picocli..",
                    "dev.lockstep.streams..",
                    "dev.lockstep.cli..",
                    "dev.lockstep.local..");

    @ArchTest
    static final ArchRule no_http_client_but_the_smallest = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "software.amazon.awssdk.http.apache..", "software.amazon.awssdk.http.nio..", "org.apache.http..");

    @ArchTest
    static final ArchRule functions_neither_scan_nor_compare = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.lockstep.scan", "dev.lockstep.verify", "dev.lockstep.files");

    @ArchTest
    static final ArchRule the_environment_is_read_and_the_log_written_at_the_doors_only = noClasses()
            .that()
            .doNotHaveSimpleName("Replicate")
            .and()
            .doNotHaveSimpleName("Backup")
            .should()
            .callMethod(System.class, "getenv")
            .orShould()
            .callMethod(System.class, "getenv", String.class)
            .orShould()
            .accessField(System.class, "out")
            .orShould()
            .accessField(System.class, "err");

    @ArchTest
    static final ArchRule nothing_ends_the_process = noClasses().should().callMethod(System.class, "exit", int.class);

    @ArchTest
    static final ArchRule clients_are_made_in_one_class = noClasses()
            .that()
            .doNotHaveSimpleName("Clients")
            .should()
            .dependOnClassesThat()
            .haveNameMatching("software\\.amazon\\.awssdk\\.services\\..*ClientBuilder");

    @ArchTest
    static final ArchRule classes_are_final = classes()
            .that()
            .areTopLevelClasses()
            .and()
            .areNotInterfaces()
            .and()
            .areNotEnums()
            .should()
            .haveModifier(JavaModifier.FINAL);
}
