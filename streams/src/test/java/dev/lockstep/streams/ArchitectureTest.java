package dev.lockstep.streams;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The arrows that DESIGN.md draws, in this module. */
@AnalyzeClasses(packages = "dev.lockstep.streams", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    private static final String[] KCL = {"software.amazon.kinesis..", "com.amazonaws..", "com.google.common.."};

    @ArchTest
    static final ArchRule the_kinesis_client_library_is_known_in_one_package = noClasses()
            .that()
            .resideOutsideOfPackage("dev.lockstep.streams.kcl")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(KCL);

    @ArchTest
    static final ArchRule streams_are_read_in_one_package = noClasses()
            .that()
            .resideOutsideOfPackage("dev.lockstep.streams.kcl")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "software.amazon.awssdk.services.dynamodb.streams..", "software.amazon.awssdk.services.kinesis..");

    @ArchTest
    static final ArchRule the_reader_knows_neither_what_is_written_nor_the_page = noClasses()
            .that()
            .resideInAPackage("dev.lockstep.streams.kcl")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "dev.lockstep.streams.status",
                    "dev.lockstep.replicate",
                    "dev.lockstep.verify",
                    "dev.lockstep.scan");

    @ArchTest
    static final ArchRule the_page_knows_no_tables_and_no_reader = noClasses()
            .that()
            .resideInAPackage("dev.lockstep.streams.status")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "dev.lockstep.streams",
                    "dev.lockstep.streams.kcl",
                    "dev.lockstep.table",
                    "dev.lockstep.change",
                    "dev.lockstep.replicate",
                    "dev.lockstep.verify",
                    "software.amazon.awssdk.services.dynamodb..");

    @ArchTest
    static final ArchRule the_service_speaks_to_tables_through_the_core = noClasses()
            .that()
            .resideInAPackage("dev.lockstep.streams")
            .should()
            .dependOnClassesThat()
            .haveNameMatching("software\\.amazon\\.awssdk\\.services\\.dynamodb\\.DynamoDb.*Client");

    @ArchTest
    static final ArchRule the_service_reads_no_environment_prints_nothing_and_never_exits = noClasses()
            .that()
            .resideInAPackage("dev.lockstep.streams..")
            .should()
            .callMethod(System.class, "exit", int.class)
            .orShould()
            .callMethod(System.class, "getenv")
            .orShould()
            .callMethod(System.class, "getenv", String.class)
            .orShould()
            .accessField(System.class, "out")
            .orShould()
            .accessField(System.class, "err");

    @ArchTest
    static final ArchRule the_service_knows_nobody_above = noClasses()
            .that()
            .resideInAPackage("dev.lockstep.streams..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.lockstep.cli..", "dev.lockstep.lambda..", "dev.lockstep.local..");

    @ArchTest
    static final ArchRule classes_are_final_or_abstract = classes()
            .that()
            .resideInAPackage("dev.lockstep.streams..")
            .and()
            .areTopLevelClasses()
            .and()
            .areNotInterfaces()
            .and()
            .areNotEnums()
            .and()
            .doNotHaveModifier(JavaModifier.ABSTRACT)
            .should()
            .haveModifier(JavaModifier.FINAL);
}
