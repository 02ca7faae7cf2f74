package dev.holdfast.harness;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.library.GeneralCodingRules;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArchitectureTest {

  private static final String ROOT = "dev.holdfast";
  private static final int FEWEST_CLASSES = 100;

  /** Which modules a module may use. */
  private static final Map<String, Set<String>> MAY_USE =
      Map.of(
          "metrics", Set.of(),
          "models", Set.of("metrics"),
          "attacks", Set.of("models", "metrics"),
          "reports", Set.of("metrics"),
          "harness", Set.of("metrics", "models", "attacks", "reports"));

  /** The packages of a module, from the lowest up: a package may use those before it alone. */
  private static final Map<String, List<String>> LAYERS =
      Map.of(
          "models",
          List.of(
              ".budget",
              ".registry",
              ".yaml",
              ".image.jpeg",
              ".image",
              ".backbone",
              ".card",
              ".data",
              ".data.layout",
              ".data.shapes",
              "",
              ".engine",
              ".loss",
              ".training"),
          "attacks",
          List.of(
              ".imaging",
              ".corruption",
              ".threat",
              ".trust",
              ".training",
              ".objective",
              ".embedding",
              ".task",
              ".projection",
              ".gradient",
              ".blackbox",
              ".shared",
              ""),
          "harness",
          List.of(
              ".npz",
              ".config",
              ".plan",
              ".runtime",
              ".retrieval",
              ".outcome",
              ".audit.rows",
              ".audit.cell",
              ".trust",
              ".audit",
              ".study",
              ".cli"));

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(location -> !location.contains("test-classes/"))
          .withImportOption(location -> !location.contains("-tests.jar"))
          .importPackages(ROOT);

  private static String module(JavaClass c) {
    return c.getPackageName().split("\\.", 4)[2];
  }

  @Test
  void sees_the_classes_of_every_module_and_no_tests() {
    assertThat(CLASSES).hasSizeGreaterThan(FEWEST_CLASSES);
    assertThat(CLASSES.stream().map(ArchitectureTest::module).collect(Collectors.toSet()))
        .isEqualTo(MAY_USE.keySet());
    assertThat(CLASSES).noneMatch(c -> c.getSimpleName().endsWith("Test"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"metrics", "models", "attacks", "reports", "harness"})
  void uses_the_modules_it_may_use(String module) {
    List<String> forbidden =
        MAY_USE.keySet().stream()
            .filter(m -> !m.equals(module) && !MAY_USE.get(module).contains(m))
            .map(m -> ROOT + "." + m + "..")
            .toList();
    assertThat(CLASSES.stream().filter(c -> module(c).equals(module))).hasSizeGreaterThan(10);
    if (forbidden.isEmpty()) {
      // The top of the graph: what is above all has to reach all.
      Set<String> used =
          CLASSES.stream()
              .filter(c -> module(c).equals(module))
              .flatMap(c -> c.getDirectDependenciesFromSelf().stream())
              .map(d -> d.getTargetClass())
              .filter(c -> c.getPackageName().startsWith(ROOT + "."))
              .map(ArchitectureTest::module)
              .collect(Collectors.toSet());
      assertThat(used).containsAll(MAY_USE.get(module));
    } else {
      noClasses()
          .that()
          .resideInAPackage(ROOT + "." + module + "..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(forbidden.toArray(String[]::new))
          .check(CLASSES);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"models", "attacks", "harness"})
  void uses_the_packages_below_in_its_module(String module) {
    List<String> layers = LAYERS.get(module).stream().map(p -> ROOT + "." + module + p).toList();
    assertThat(
            CLASSES.stream()
                .filter(c -> module(c).equals(module))
                .map(JavaClass::getPackageName)
                .collect(Collectors.toSet()))
        .containsExactlyInAnyOrderElementsOf(layers);
    for (int layer = 0; layer < layers.size() - 1; layer++) {
      noClasses()
          .that()
          .resideInAPackage(layers.get(layer))
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(layers.subList(layer + 1, layers.size()).toArray(String[]::new))
          .check(CLASSES);
    }
  }

  @Test
  void has_no_cycles_of_packages() {
    Set<String> packages =
        CLASSES.stream().map(JavaClass::getPackageName).collect(Collectors.toSet());
    assertThat(packages).hasSizeGreaterThan(MAY_USE.size());
    slices().matching(ROOT + ".(**)").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void writes_to_no_standard_stream() {
    GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS.check(CLASSES);
  }

  @Test
  void throws_no_exception_without_a_meaning() {
    GeneralCodingRules.NO_CLASSES_SHOULD_THROW_GENERIC_EXCEPTIONS.check(CLASSES);
  }

  @Test
  void has_a_command_line_in_the_harness_alone() {
    assertThat(CLASSES).anyMatch(c -> c.getPackageName().equals(ROOT + ".harness.cli"));
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + ".harness.cli")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("picocli..", ROOT + ".harness.cli")
        .check(CLASSES);
  }
}
