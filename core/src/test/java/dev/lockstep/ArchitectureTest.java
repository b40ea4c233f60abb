package dev.lockstep;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The arrows that DESIGN.md draws. */
@AnalyzeClasses(packages = "dev.lockstep", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule arrows_run_one_way = layeredArchitecture()
            .consideringOnlyDependenciesInAnyPackage("dev.lockstep..")
            .layer("root")
            .definedBy("dev.lockstep")
            .layer("capacity")
            .definedBy("dev.lockstep.capacity")
            .layer("table")
            .definedBy("dev.lockstep.table")
            .layer("change")
            .definedBy("dev.lockstep.change")
            .optionalLayer("objects")
            .definedBy("dev.lockstep.objects")
            .layer("files")
            .definedBy("dev.lockstep.files")
            .layer("work")
            .definedBy("dev.lockstep.work")
            .layer("progress")
            .definedBy("dev.lockstep.progress")
            .layer("scan")
            .definedBy("dev.lockstep.scan")
            .layer("checkpoint")
            .definedBy("dev.lockstep.checkpoint")
            .layer("folder")
            .definedBy("dev.lockstep.folder")
            .layer("verify")
            .definedBy("dev.lockstep.verify")
            .layer("replicate")
            .definedBy("dev.lockstep.replicate")
            .optionalLayer("backup")
            .definedBy("dev.lockstep.backup")
            .optionalLayer("restore")
            .definedBy("dev.lockstep.restore")
            .optionalLayer("local")
            .definedBy("dev.lockstep.local")
            .whereLayer("verify")
            .mayOnlyBeAccessedByLayers("restore")
            .whereLayer("replicate")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("backup")
            .mayOnlyBeAccessedByLayers("restore")
            .whereLayer("restore")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("folder")
            .mayOnlyBeAccessedByLayers("replicate", "backup", "restore")
            .whereLayer("local")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("checkpoint")
            .mayOnlyBeAccessedByLayers("verify", "replicate", "backup", "restore")
            .whereLayer("scan")
            .mayOnlyBeAccessedByLayers("verify", "replicate", "backup", "restore")
            .whereLayer("progress")
            .mayOnlyBeAccessedByLayers("verify", "replicate", "backup", "restore")
            .whereLayer("files")
            .mayOnlyBeAccessedByLayers("checkpoint", "verify", "replicate", "backup", "restore")
            .whereLayer("work")
            .mayOnlyBeAccessedByLayers("scan", "folder", "verify", "replicate", "backup", "restore")
            .whereLayer("table")
            .mayOnlyBeAccessedByLayers(
                    "objects",
                    "change",
                    "progress",
                    "scan",
                    "checkpoint",
                    "folder",
                    "verify",
                    "replicate",
                    "backup",
                    "restore")
            .whereLayer("change")
            .mayOnlyBeAccessedByLayers("replicate", "backup", "restore")
            .whereLayer("capacity")
            .mayOnlyBeAccessedByLayers("table", "scan", "checkpoint", "verify", "replicate", "backup", "restore");

    @ArchTest
    static final ArchRule the_core_reads_no_environment_prints_nothing_and_never_exits = noClasses()
            .that()
            .resideOutsideOfPackage("dev.lockstep.local..")
            .should()
            .callMethod(System.class, "exit", int.class)
            .orShould()
            .callMethod(System.class, "getenv", String.class)
            .orShould()
            .callMethod(System.class, "getProperty", String.class)
            .orShould()
            .accessField(System.class, "out")
            .orShould()
            .accessField(System.class, "err");

    @ArchTest
    static final ArchRule the_service_is_spoken_to_in_one_package = noClasses()
            .that()
            .resideOutsideOfPackages("dev.lockstep.table", "dev.lockstep.local..")
            .should()
            .dependOnClassesThat()
            .haveFullyQualifiedName("software.amazon.awssdk.services.dynamodb.DynamoDbClient");

    @ArchTest
    static final ArchRule buckets_are_spoken_to_in_one_package = noClasses()
            .that()
            .resideOutsideOfPackages("dev.lockstep.objects", "dev.lockstep.local..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("software.amazon.awssdk.services.s3..");

    @ArchTest
    static final ArchRule classes_are_final_or_open_for_a_reason = classes()
            .that()
            .resideInAPackage("dev.lockstep..")
            .and()
            .areTopLevelClasses()
            .and()
            .areNotInterfaces()
            .and()
            .areNotEnums()
            .and()
            .doNotHaveFullyQualifiedName("dev.lockstep.LockstepException")
            .and()
            .doNotHaveModifier(com.tngtech.archunit.core.domain.JavaModifier.ABSTRACT)
            .should()
            .haveModifier(com.tngtech.archunit.core.domain.JavaModifier.FINAL);
}
