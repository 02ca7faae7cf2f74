package dev.holdfast.harness.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Reader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVRecord;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Every value that an audit, a study or a score came to, each under an address of what it means:
 * {@code result | pgd-linf | margin-1 | ... | confidence low}. What the columns of today's files
 * mean is said in this file alone, so that runs of two builds compare although their files differ.
 * It uses no class of the program, and runs as a single file: {@code harness/benchmarks/
 * compare-audits}.
 */
final class MeasuredValues {

  /** Column of {@code results.csv} by what it means; what tells rows apart, and the rest. */
  private static final Map<String, String> RESULT_KEY = new LinkedHashMap<>();

  private static final Map<String, String> RESULT = new LinkedHashMap<>();

  /** The same of {@code queries.csv.gz}; hits come beside. */
  private static final Map<String, String> QUERY = new LinkedHashMap<>();

  /** The same of a file in {@code cells/}: for each query, and of the cell as a whole. */
  private static final Map<String, String> CELL = new LinkedHashMap<>();

  /** The same of {@code study.csv}. */
  private static final Map<String, String> STUDY_KEY = new LinkedHashMap<>();

  private static final Map<String, String> STUDY = new LinkedHashMap<>();

  static {
    RESULT_KEY.put("perturbation", "perturbation");
    RESULT_KEY.put("objective", "objective");
    RESULT_KEY.put("norm", "norm");
    RESULT_KEY.put("epsilon", "epsilon");
    RESULT_KEY.put("severity", "severity");
    RESULT_KEY.put("side", "side");
    RESULT_KEY.put("metric", "metric");
    RESULT_KEY.put("k", "k");
    RESULT.put("model", "model");
    RESULT.put("data", "dataset");
    RESULT.put("kind", "kind");
    RESULT.put("family", "family");
    RESULT.put("epsilon in 255", "epsilon_255");
    RESULT.put("knowledge", "knowledge");
    RESULT.put("steps", "steps");
    RESULT.put("value", "value");
    RESULT.put("interval low", "ci_low");
    RESULT.put("interval high", "ci_high");
    RESULT.put("queries", "n_queries");
    RESULT.put("clean value", "clean_value");
    RESULT.put("relative to clean", "relative");
    RESULT.put("seed", "seed");
    RESULT.put("setting", "setting");
    RESULT.put("dialect", "dialect");
    RESULT.put("threat hash", "threat_hash");
    RESULT.put("deviation of draws", "draw_sd");

    QUERY.put("perturbation", "perturbation");
    QUERY.put("path", "path");
    QUERY.put("class", "label");
    QUERY.put("clean rank", "rank_clean");
    QUERY.put("rank", "rank");
    QUERY.put("distance moved", "distance_moved");
    QUERY.put("pixels moved linf", "perturbation_linf");
    QUERY.put("pixels moved l2", "perturbation_l2");
    QUERY.put("steps", "steps");
    QUERY.put("forwards", "forwards");
    QUERY.put("backwards", "backwards");
    QUERY.put("broken by", "broken_by");

    CELL.put("forwards", "total_forwards");
    CELL.put("backwards", "total_backwards");
    CELL.put("images over budget", "over_budget");
    CELL.put("embeddings not finite", "not_finite");

    STUDY_KEY.put("study", "study");
    STUDY_KEY.put("perturbation", "perturbation");
    STUDY_KEY.put("metric", "metric");
    STUDY_KEY.put("k", "k");
    STUDY_KEY.put("method", "method");
    STUDY.put("data", "dataset");
    STUDY.put("queries", "n_queries");
    STUDY.put("seeds", "n_seeds");
    STUDY.put("mean", "mean");
    STUDY.put("deviation", "deviation");
    STUDY.put("baseline", "baseline");
    STUDY.put("difference", "difference");
    STUDY.put("difference low", "difference_low");
    STUDY.put("difference high", "difference_high");
    STUDY.put("ratio", "ratio");
  }

  private static final String BETWEEN = " | ";
  private static final String HASH = "sha256";
  private static final String TRUST = "trust";

  /** Rows of these tables are those that the other run has, and no more. */
  private static final List<String> CLOSED = List.of("result", "query", "cell", "study");

  /** What a setting says of the build that made a reference: another one with every commit. */
  private static final Pattern OF_COMMIT = Pattern.compile("\"config_hash\":\"[0-9a-f]*\",?");

  private static final JsonMapper JSON = new JsonMapper();

  private final TreeMap<String, String> values = new TreeMap<>();

  MeasuredValues() {}

  // --- What is compared -------------------------------------------------------------------------

  /** How near two values have to be. */
  enum Nearness {
    /** Every digit and every hash. */
    EXACT,
    /**
     * As other processors compute them: words, ranks, hits, steps and counts are equal, and numbers
     * that have a fraction are near. Hashes and the figures of trust checks, which are of rounding,
     * may differ.
     */
    ANY_PROCESSOR
  }

  /** What a sign that flips in a gradient of almost nothing may do to a few values, and to most. */
  private static final double FEW = 0.05;

  private static final double MOST = 1e-4;
  private static final double FLOOR = 1e-5;
  private static final int ONE_IN = 500;

  int size() {
    return values.size();
  }

  /** How many rows each table has. */
  Map<String, Long> rows() {
    return values.keySet().stream()
        .map(MeasuredValues::row)
        .distinct()
        .collect(
            Collectors.groupingBy(
                row -> row.substring(0, row.indexOf(BETWEEN)),
                TreeMap::new,
                Collectors.counting()));
  }

  /**
   * Tells what another run has otherwise. It may have columns and checks that this one has not, but
   * no further rows.
   */
  List<String> differences(MeasuredValues other, Nearness nearness) {
    List<String> found = new ArrayList<>();
    List<String> near = new ArrayList<>();
    values.forEach(
        (address, value) -> {
          String there = other.values.get(address);
          String line = address + ": " + value + " became " + there;
          if (there == null || !sameEnough(address, value, there, nearness, FEW)) {
            found.add(line);
          } else if (!sameEnough(address, value, there, nearness, MOST)) {
            near.add(line);
          }
        });
    if (near.size() > values.size() / ONE_IN) {
      found.addAll(near);
    }
    TreeSet<String> rows = new TreeSet<>();
    other.values.keySet().forEach(address -> rows.add(row(address)));
    values.keySet().forEach(address -> rows.remove(row(address)));
    rows.stream()
        .filter(row -> CLOSED.contains(row.substring(0, row.indexOf(BETWEEN))))
        .forEach(row -> found.add(row + ": is new"));
    return found;
  }

  private static String row(String address) {
    return address.substring(0, address.lastIndexOf(BETWEEN));
  }

  private static boolean sameEnough(
      String address, String one, String other, Nearness nearness, double tolerance) {
    if (one.equals(other)) {
      return true;
    }
    Double a = number(one);
    Double b = number(other);
    if (nearness == Nearness.EXACT) {
      return a != null && a.equals(b);
    }
    if (address.endsWith(HASH)) {
      return true;
    }
    boolean fraction = a != null && b != null && (one + other).matches(".*[.E].*");
    if (fraction && address.startsWith(TRUST)) {
      return true;
    }
    return fraction && Math.abs(a - b) <= tolerance * Math.max(Math.abs(a), Math.abs(b)) + FLOOR;
  }

  private static Double number(String text) {
    try {
      return Double.valueOf(text);
    } catch (NumberFormatException e) {
      return null;
    }
  }

  /** Returns the same values with another one; null takes it away. */
  MeasuredValues with(String address, String value) {
    MeasuredValues changed = new MeasuredValues();
    changed.values.putAll(values);
    if (value == null) {
      changed.values.remove(address);
    } else {
      changed.values.put(address, value);
    }
    return changed;
  }

  String get(String address) {
    return values.get(address);
  }

  /** Returns the rows whose address begins so. */
  List<String> rowsOf(String start) {
    return values.keySet().stream()
        .filter(address -> address.startsWith(start))
        .map(MeasuredValues::row)
        .distinct()
        .toList();
  }

  /** Returns the first address that begins and ends so. */
  String address(String start, String end) {
    return values.keySet().stream()
        .filter(address -> address.startsWith(start) && address.endsWith(end))
        .findFirst()
        .orElseThrow();
  }

  // --- What is stored ---------------------------------------------------------------------------

  /** Reads what {@link #write} wrote. */
  static MeasuredValues read(Path file) throws IOException {
    MeasuredValues read = new MeasuredValues();
    try (InputStream in = Files.newInputStream(file);
        BufferedReader lines = text(in)) {
      String row = "";
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith("\t")) {
          String[] parts = line.split("\t", 3);
          read.put(row, parts[1], parts[2]);
        } else {
          row = line;
        }
      }
    }
    return read;
  }

  /** Writes each row on a line of its own, and below it a line for each column and its value. */
  void write(Path file) throws IOException {
    try (OutputStream out = Files.newOutputStream(file);
        Writer text = new OutputStreamWriter(new GZIPOutputStream(out), StandardCharsets.UTF_8)) {
      String row = "";
      for (Map.Entry<String, String> entry : values.entrySet()) {
        String address = entry.getKey();
        if (!row(address).equals(row)) {
          row = row(address);
          text.write(row + "\n");
        }
        String column = address.substring(row.length() + BETWEEN.length());
        text.write("\t" + column + "\t" + entry.getValue() + "\n");
      }
    }
  }

  private static BufferedReader text(InputStream packed) throws IOException {
    return new BufferedReader(
        new InputStreamReader(new GZIPInputStream(packed), StandardCharsets.UTF_8));
  }

  // --- What is read from the files of today -----------------------------------------------------

  private void put(String row, String column, Object value) {
    String text = value == null ? "" : OF_COMMIT.matcher(value.toString()).replaceAll("");
    text = text.replaceAll("\\s+", " ");
    // Nothing, in CSV, is no number in JSON; and stands for a column that a schema does not have.
    if (!text.isEmpty()
        && !text.equals("NaN")
        && values.putIfAbsent(row + BETWEEN + column, text) != null) {
      throw new IllegalStateException("two values of " + row + BETWEEN + column);
    }
  }

  private void put(String row, String column, JsonNode value) {
    put(row, column, value == null || value.isNull() ? null : (Object) plain(value));
  }

  private static String plain(JsonNode value) {
    return value.isValueNode() ? value.asString() : value.toString();
  }

  private static String row(Object... parts) {
    return Stream.of(parts)
        .map(part -> Objects.toString(part, ""))
        .collect(Collectors.joining(BETWEEN));
  }

  /** Adds an audit. */
  MeasuredValues audit(Path audit) throws IOException {
    JsonNode whole = JSON.readTree(audit.resolve("audit.json"));
    int schema = whole.path("schema_version").asInt(0);
    if (schema != 1) {
      throw new IllegalArgumentException(audit + " is of schema " + schema);
    }
    whole(whole);
    results(audit.resolve("results.csv"));
    Map<String, JsonNode> cells = cells(audit.resolve("cells"));
    queries(audit.resolve("queries.csv.gz"), cells);
    evidence(audit.resolve("evidence"));
    return this;
  }

  private void whole(JsonNode audit) {
    JsonNode provenance = audit.get("provenance");
    put("audit | passes", "forwards", provenance.get("forwards"));
    put("audit | passes", "backwards", provenance.get("backwards"));
    put("audit | passes", "forwards of checks", provenance.get("trust_forwards"));
    put("audit | passes", "backwards of checks", provenance.get("trust_backwards"));
    put("audit | run", "seed", provenance.get("seed"));
    put("audit | run", "batch size", provenance.get("batch_size"));
    put("audit | run", "battery", audit.get("battery"));
    put("audit | model", "name", audit.at("/model/name"));
    put("audit | model", HASH, audit.at("/model/sha256"));
    for (String name :
        List.of("name", "part", "fingerprint", "protocol", "draws", "items", "classes")) {
      put("audit | data", name, audit.get("data").get(name));
    }
    put("audit | data", "queries", audit.at("/data/queries"));
    put("audit | data", "gallery", audit.at("/data/gallery"));
    put("audit | data", "queries without a relevant item", audit.at("/data/excluded_queries"));
    for (JsonNode threat : audit.get("threat_models")) {
      String row = row("threat", threat.get("hash").asString());
      put(row, "norm", threat.get("norm"));
      put(row, "epsilon", threat.get("epsilon"));
      put(row, "epsilon in pixel units", threat.get("epsilon_value"));
      put(row, "side", threat.get("side"));
      put(row, "knowledge", threat.get("knowledge"));
    }
    for (JsonNode check : audit.get("trust")) {
      String row = row(TRUST, check.get("check").asString());
      put(row, "verdict", check.get("verdict"));
      check
          .get("figures")
          .properties()
          .forEach(figure -> put(row, "figure " + figure.getKey(), figure.getValue()));
    }
  }

  private void results(Path file) throws IOException {
    try (Reader in = Files.newBufferedReader(file)) {
      rows("result", in, RESULT_KEY, RESULT);
    }
  }

  private void rows(String table, Reader in, Map<String, String> key, Map<String, String> columns)
      throws IOException {
    Map<String, Integer> seen = new TreeMap<>();
    for (CSVRecord record : records(in)) {
      String name = key.values().stream().map(record::get).collect(Collectors.joining(BETWEEN));
      // Rows that differ in their setting alone are told apart by their order.
      int number = seen.merge(name, 1, Integer::sum);
      String row = row(table, number == 1 ? name : name + BETWEEN + "no. " + number);
      columns.forEach((meaning, column) -> put(row, meaning, record.get(column)));
    }
  }

  private static List<CSVRecord> records(Reader in) throws IOException {
    return CSVFormat.DEFAULT
        .builder()
        .setHeader()
        .setSkipHeaderRecord(true)
        .get()
        .parse(in)
        .getRecords();
  }

  private void queries(Path file, Map<String, JsonNode> cells) throws IOException {
    Map<String, Integer> order = new TreeMap<>();
    try (InputStream packed = Files.newInputStream(file);
        Reader in = text(packed)) {
      for (CSVRecord record : records(in)) {
        String cell = record.get("cell");
        String row = row("query", cell, "draw " + record.get("draw"), record.get("id"));
        QUERY.forEach((meaning, column) -> put(row, meaning, record.get(column)));
        record
            .toMap()
            .forEach(
                (column, value) -> {
                  if (column.startsWith("hit_at_")) {
                    put(row, "hit at " + column.substring("hit_at_".length()), value);
                  }
                });
        // Values of metrics stand in the cell, in the order of these rows.
        int number = order.merge(cell, 1, Integer::sum) - 1;
        JsonNode stored = cells.get(cell);
        if (!stored.get("ids").get(number).asString().equals(record.get("id"))) {
          throw new IllegalStateException("the queries of " + cell + " are in another order");
        }
        for (String measure : List.of("values", "before")) {
          stored
              .get(measure)
              .properties()
              .forEach(
                  values ->
                      put(row, measure + " " + values.getKey(), values.getValue().get(number)));
        }
      }
    }
  }

  private Map<String, JsonNode> cells(Path folder) throws IOException {
    Map<String, JsonNode> cells = new TreeMap<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.sorted().toList()) {
        // The first line seals the second.
        JsonNode cell = JSON.readTree(Files.readString(file).split("\n", 2)[1]);
        if (cell.has("ids") && cell.has("values")) {
          String id = cell.get("cell").asString();
          cells.put(id, cell);
          CELL.forEach((meaning, key) -> put(row("cell", id), meaning, cell.get(key)));
        }
      }
    }
    return cells;
  }

  private void evidence(Path folder) throws IOException {
    for (JsonNode entry : JSON.readTree(folder.resolve("index.json"))) {
      String row = row("evidence", entry.get("file").asString());
      put(row, HASH, entry.get("sha256"));
      put(row, "cell", entry.get("cell"));
      JsonNode sample = entry.get("sample");
      if (sample != null && !sample.isNull()) {
        put(row, "kept", sample.get("ids"));
        put(row, "of", sample.get("of"));
      }
    }
    int number = 0;
    for (JsonNode shown : JSON.readTree(folder.resolve("shown/index.json"))) {
      String row = row("example", "%04d".formatted(number++));
      put(row, "cell", shown.get("cell"));
      put(row, "title", shown.get("title"));
      put(row, "path", shown.get("path"));
      put(row, "clean rank", shown.get("rank_clean"));
      put(row, "rank", shown.get("rank"));
      put(row, "magnification", shown.get("magnification"));
      for (String when : List.of("before", "after")) {
        int place = 0;
        for (JsonNode neighbor : shown.get(when)) {
          String column = when + " " + ++place;
          put(row, column, neighbor.get("path"));
          put(row, column + " relevant", neighbor.get("relevant"));
          put(row, column + " distance", neighbor.get("distance"));
        }
      }
    }
  }

  /** Adds the table of a study and the weights that it trained. */
  MeasuredValues study(Path study) throws IOException {
    try (Reader in = Files.newBufferedReader(study.resolve("study.csv"))) {
      rows("study", in, STUDY_KEY, STUDY);
    }
    try (Reader in = Files.newBufferedReader(study.resolve("study.csv"))) {
      for (CSVRecord record : records(in)) {
        String name =
            STUDY_KEY.values().stream().map(record::get).collect(Collectors.joining(BETWEEN));
        String[] each = record.get("values").split(" ", -1);
        for (int seed = 0; seed < each.length; seed++) {
          put(row("study", name), "seed " + seed, each[seed]);
        }
      }
    }
    for (Path file : below(study.resolve("cells"), "weights.safetensors")) {
      if (file.getParent().endsWith("model")) {
        put(row("weights", study.resolve("cells").relativize(file)), HASH, sha256(file));
      }
    }
    return this;
  }

  /** Adds what {@code score --json} printed. */
  MeasuredValues score(String name, String json) {
    score(row("score", name), "", JSON.readTree(json));
    return this;
  }

  private void score(String row, String at, JsonNode node) {
    for (Map.Entry<String, JsonNode> entry : node.properties()) {
      String name = at.isEmpty() ? entry.getKey() : at + " " + entry.getKey();
      if (entry.getValue().isObject()) {
        score(row, name, entry.getValue());
      } else {
        put(row, name, entry.getValue());
      }
    }
  }

  private static List<Path> below(Path folder, String name) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(file -> file.endsWith(name)).sorted().toList();
    }
  }

  private static String sha256(Path file) throws IOException {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  // --- Two folders ------------------------------------------------------------------------------

  /** Compares every audit and every study below two folders, digit by digit. */
  public static void main(String[] folders) throws IOException {
    Path one = Path.of(folders[0]);
    Path other = Path.of(folders[1]);
    int differences = 0;
    int compared = 0;
    for (String name : List.of("audit.json", "study.csv")) {
      List<Path> places =
          below(one, name).stream().map(file -> one.relativize(file.getParent())).toList();
      if (!places.equals(
          below(other, name).stream().map(file -> other.relativize(file.getParent())).toList())) {
        System.out.println("The folders do not have " + name + " in the same places.");
        differences++;
      }
      for (Path place : places) {
        if (!Files.exists(other.resolve(place).resolve(name))) {
          continue;
        }
        MeasuredValues before = of(name, one.resolve(place));
        List<String> found = before.differences(of(name, other.resolve(place)), Nearness.EXACT);
        System.out.printf(
            "%s%s: %d values in %s, %d differ%n",
            place,
            place.toString().isEmpty() ? name : "",
            before.size(),
            before.rows(),
            found.size());
        found.stream().limit(20).forEach(line -> System.out.println("  " + line));
        differences += found.size();
        compared++;
      }
    }
    System.exit(differences == 0 && compared > 0 ? 0 : 1);
  }

  private static MeasuredValues of(String name, Path folder) throws IOException {
    return name.equals("study.csv")
        ? new MeasuredValues().study(folder)
        : new MeasuredValues().audit(folder);
  }
}
