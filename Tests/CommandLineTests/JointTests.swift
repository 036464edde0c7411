import Foundation
import Launch
import Testing

/// What one command writes, the next one reads: nothing that a plan, a design or a job says is lost on its way.
@Suite struct JointTests {
  private let place: Workplace

  init() throws { place = try Workplace() }

  /// A job file without model and layout.
  private func writeJob(_ trainer: String) throws {
    try place.write(
      """
      schema: windtunnel.job/1
      name: planned
      trainer: \(trainer)
      engine: slurm
      optimizer: {lr: 3e-4}
      data: {train: [/data/train], validation: [/data/held-out], tokenizer: /data/tokenizer}
      """, to: "job.yaml")
  }

  /// The job of a rehearsal as JSON.
  private func job(_ rehearsal: Outcome) throws -> [String: Any] {
    let files = try #require(try rehearsal.json()["files"] as? [[String: String]], "\(rehearsal.errors)")
    let text = try #require(files.first { $0["path"]?.hasSuffix("/job.json") == true }?["text"])
    return try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  /// The scalars of an object by the names on the way to them.
  private func leaves(_ value: Any, _ path: [String] = []) -> [[String]: NSObject] {
    guard let entries = value as? [String: Any] else { return (value as? NSObject).map { [path: $0] } ?? [:] }
    return entries.reduce(into: [:]) { all, entry in
      all.merge(leaves(entry.value, path + [entry.key])) { $1 }
    }
  }

  /// What a plan says of its best run, by the names that a job has for it.
  private func planned(_ plan: [String: Any]) throws -> [String: Any] {
    let cluster = try #require(plan["cluster"] as? [String: Any])
    let best = try #require(cluster["best"] as? [String: Any])
    let workload = try #require(best["workload"] as? [String: Any])
    var training: [String: Any] = [
      "tokens": try #require(best["tokens"]), "batch": try #require(workload["global_batch"]),
    ]
    for name in ["sequence", "precision", "attention"] { training[name] = workload[name] }
    return [
      "model": try #require(workload["shape"]), "layout": try #require(best["layout"]), "training": training,
    ]
  }

  /// The plan with another value at a place of its best run.
  private func changed(_ plan: [String: Any], at path: [String], to value: Any) -> [String: Any] {
    guard let name = path.first else { return plan }
    var plan = plan
    plan[name] =
      path.count == 1 ? value : changed(plan[name] as? [String: Any] ?? [:], at: Array(path.dropFirst()), to: value)
    return plan
  }

  /// The values that an entry may have instead, by the schema that the executable prints.
  private func others(_ value: NSObject, at path: [String], in schema: [String: Any]) -> [Any] {
    var form: [String: Any]? = schema
    for name in path { form = (form?["properties"] as? [String: Any])?[name] as? [String: Any] }
    if let choices = form?["enum"] as? [NSObject] { return choices.filter { $0 != value } }
    if form?["type"] as? String == "boolean" { return [!((value as? NSNumber)?.boolValue ?? false)] }
    return (value as? NSNumber).map { [2 * $0.intValue] } ?? []
  }

  @Test("every entry of a plan reaches the job, or the launch says what is wrong with it")
  func everyEntryOfAPlan() throws {
    let made = try place.shell(
      "$W plan --preset ludziejewski2025 --cluster 64xH100 --days 14 --experts 8 --output plan.json")
    try #require(made.status == 0, "\(made.errors)")
    try place.write("schema: windtunnel.trainer/1\ncommand: [train, \"{job}\"]", to: "any.yaml")
    try writeJob("any.yaml")
    let plan = try #require(try JSONSerialization.jsonObject(with: place.read("plan.json")) as? [String: Any])
    let schema = try place.windtunnel("schema", "plan").json()
    let best = try #require((plan["cluster"] as? [String: Any])?["best"] as? [String: Any])
    var (kept, refused) = (0, 0)
    for (path, value) in leaves(best.filter { ["workload", "layout"].contains($0.key) }) {
      // How many bytes a training state takes is how the plan counts memory, and no choice.
      if path.last?.hasSuffix("_bytes") == true { continue }
      let whole = ["cluster", "best"] + path
      for other in others(value, at: whole, in: schema) {
        let changed = changed(plan, at: whole, to: other)
        try place.write(
          String(decoding: JSONSerialization.data(withJSONObject: changed), as: UTF8.self), to: "changed.json")
        let rehearsal = try place.windtunnel(
          "launch", "job.yaml", "--plan", "changed.json", "--dry-run", "--format", "json")
        guard rehearsal.status == 0 else {
          #expect(
            rehearsal.errors.hasPrefix("error: ") && [64, 65].contains(rehearsal.status), "\(path): \(rehearsal.errors)"
          )
          refused += 1
          continue
        }
        let job = try job(rehearsal)
        let said = leaves(job).filter { $0.value != NSNull() }
        for (name, value) in leaves(try planned(changed)) where value != NSNull() {
          #expect(said[name] == value, "\(path) = \(other): \(name) is \(said[name]?.description ?? "lost")")
        }
        kept += 1
      }
    }
    // Degrees and sizes that do not go together are refused; kernels, schedules, norms, biases and the like are not.
    #expect(kept > 40 && refused < kept, "\(kept) kept, \(refused) refused")
  }

  static let plans = [
    "dense": "--preset besiroglu2024", "experts": "--preset ludziejewski2025 --experts 1,8",
    "fp8": "--preset besiroglu2024 --precision fp8", "long": "--preset besiroglu2024 --sequence 32768",
  ]

  @Test(
    "a plan is launched whole by every trainer, or it is said what the trainer cannot do",
    arguments: plans.keys.sorted())
  func everyTrainer(_ kind: String) throws {
    let made = try place.shell("$W plan \(Self.plans[kind] ?? "") --cluster 64xH100 --days 14 --output plan.json")
    try #require(made.status == 0, "\(made.errors)")
    let plan = try #require(try JSONSerialization.jsonObject(with: place.read("plan.json")) as? [String: Any])
    var launched: [String] = []
    for trainer in TrainerRegistry.builtIn.trainers.map(\.name) where trainer != "reference" {
      try writeJob(trainer)
      let line = "$W launch job.yaml --plan plan.json --dry-run --format json"
      var rehearsal = try place.shell(line)
      if rehearsal.status == 0 {
        launched.append(trainer)
      } else {
        expectFailure(rehearsal, 65, "the trainer cannot do what is asked", "--allow-unsupported")
        rehearsal = try place.shell("\(line) --allow-unsupported")
        #expect(rehearsal.status == 0 && rehearsal.errors.contains("left out: "), "\(rehearsal.errors)")
      }
      let said = leaves(try job(rehearsal))
      for (name, value) in leaves(try planned(plan)) where value != NSNull() {
        #expect(said[name] == value, "\(trainer): \(name) is \(said[name]?.description ?? "lost"), not \(value)")
      }
    }
    #expect(!launched.isEmpty, "no trainer takes the plan")
  }

  @Test("the runs of a design are jobs of its sizes, tokens and repeats")
  func design() throws {
    let made = try place.shell(
      "$W design --preset besiroglu2024 --noise 0.01 --pilot-budget '1e21 FLOP' --target '1e24 FLOP' --output design.json"
    )
    try #require(made.status == 0, "\(made.errors)")
    let design = try #require(try JSONSerialization.jsonObject(with: place.read("design.json")) as? [String: Any])
    let runs = try #require(design["runs"] as? [[String: Any]])
    try place.write("schema: windtunnel.trainer/1\ncommand: [train, \"{job}\"]", to: "any.yaml")
    try place.write(
      "schema: windtunnel.job/1\ntrainer: any.yaml\ntraining: {batch: 8}\noptimizer: {lr: 1e-3}", to: "job.yaml")
    let rehearsal = try place.windtunnel(
      "launch", "job.yaml", "--design", "design.json", "--dry-run", "--format", "json")
    let files = try #require(try rehearsal.json()["files"] as? [[String: String]], "\(rehearsal.errors)")
    let jobs = try files.filter { $0["path"]?.hasSuffix("/job.json") == true }.map { file in
      try JobSpec(document: try #require(file["text"]), path: "job.json")
    }
    var expected: [(params: Double, tokens: Double, seed: Int)] = []
    for run in runs {
      let (params, tokens) = (try #require(run["params"] as? Double), try #require(run["tokens"] as? Double))
      for seed in 0..<(try #require(run["repeats"] as? Int)) { expected.append((params, tokens, seed)) }
    }
    #expect(jobs.count == expected.count)
    for (job, run) in zip(jobs, expected) {
      #expect(abs(log(Double(job.model.parameters.total) / run.params)) < 0.05, "\(job.name)")
      #expect(job.training.tokens == run.tokens && job.training.seed == run.seed, "\(job.name)")
    }
  }

  @Test("what jobs measured is a table of their sizes and tokens, to which a law is fitted")
  func collected() throws {
    try place.write(
      """
      schema: windtunnel.trainer/1
      command: [sh, -c, "awk 'BEGIN {print \\"{\\\\\\"step\\\\\\": {steps}, \\\\\\"loss\\\\\\": \\" 1.8 + 480 * {params}^-0.35 + 2000 * {tokens}^-0.37 \\"}\\"}'"]
      """.replacing(#"{\\\"step"#, with: #"{{\\\"step"#), to: "law.yaml")
    let sizes = [10e6, 20e6, 50e6, 100e6, 200e6]
    let runs = sizes.flatMap { size in
      [5.0, 20, 60].map { "  - {model: {params: \(Int(size))}, training: {tokens: \(Int(size * $0))}}" }
    }
    try place.write(
      "schema: windtunnel.job/1\nname: pilot\ntrainer: law.yaml\ntraining: {batch: 64}\noptimizer: {lr: 1e-3}\n"
        + "engine: {kind: local, slots: 8}\nruns:\n" + runs.joined(separator: "\n"), to: "jobs.yaml")
    let launched = try place.windtunnel("launch", "jobs.yaml")
    try #require(launched.status == 0, "\(launched.errors)")
    let table = try place.windtunnel("jobs", "collect", "runs/pilot", "--output", "runs.csv")
    try #require(table.status == 0, "\(table.errors)")
    let rows = String(decoding: try place.read("runs.csv"), as: UTF8.self).split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    let column = try #require(rows.first)
    func value(_ row: [String], _ name: String) throws -> Double {
      let index = try #require(column.firstIndex(of: name), "no column \(name)")
      return try #require(Double(row[index]))
    }
    #expect(rows.count == runs.count + 1)
    for row in rows.dropFirst() {
      let name = try #require(column.firstIndex(of: "run").map { row[$0] })
      let job = try JobSpec(
        document: String(decoding: place.read("runs/pilot/jobs/\(name)/job.json"), as: UTF8.self), path: name)
      #expect(try value(row, "params") == Double(job.model.parameters.total), "\(name)")
      #expect(try abs(value(row, "tokens") / job.training.tokens - 1) < 0.01, "\(name)")
      let loss = 1.8 + 480 * pow(try value(row, "params"), -0.35) + 2000 * pow(job.training.tokens, -0.37)
      #expect(try abs(value(row, "loss") / loss - 1) < 1e-4, "\(name)")
    }
    let fit = try place.windtunnel("fit", "runs.csv", "--bootstrap", "50", "--no-sensitivity", "--format", "json")
    let parameters = try #require(try fit.json()["parameters"] as? [String: [String: Any]], "\(fit.errors)")
    let alpha = try #require(parameters["alpha"]?["value"] as? Double)
    #expect(abs(alpha - 0.35) < 0.02)
  }

  @Test(
    "the trials of a search get their parameters whole, here and as jobs of an engine",
    arguments: ["", "engine: local"])
  func searched(_ engine: String) throws {
    let names = ["it's", "a b", "$(x)", "\"q\"", "ü;&"]
    let choices = names.map { "'\($0.replacing("'", with: "''"))'" }.joined(separator: ", ")
    try place.write(
      """
      schema: windtunnel.search/1
      name: whole
      space:
        lr: {float: [1e-7, 1e-1], log: true}
        depth: {int: [1, 40]}
        name: {categorical: [\(choices)]}
      objective:
        command: "printf '%s\\n' {lr} {depth} {name} > {directory}/words && echo '{{\\"loss\\": 1.5}'"
        metric: loss
        direction: minimize
      algorithm: random
      budget: {trials: 12}
      \(engine)
      """, to: "search.yaml")
    let search = try place.windtunnel("search", "run", "search.yaml")
    try #require(search.status == 0, "\(search.errors)")
    let export = try place.windtunnel("search", "export", "runs/whole", "--format", "jsonl")
    let rows = export.text.split(separator: "\n")
    #expect(rows.count == 12)
    var seen: Set<String> = []
    for row in rows {
      let trial = try #require(try JSONSerialization.jsonObject(with: Data(row.utf8)) as? [String: Any])
      let parameters = try #require(trial["params"] as? [String: Any])
      let number = try #require(trial["number"] as? Int)
      let words = String(decoding: try place.read("runs/whole/trials/\(number)/words"), as: UTF8.self)
      let lines = words.split(separator: "\n").map(String.init)
      try #require(lines.count == 3, "\(words)")
      #expect(row.contains("\"lr\":\(lines[0])"), "\(words) is not \(row)")
      #expect(Int(lines[1]) == parameters["depth"] as? Int && lines[2] == parameters["name"] as? String, "\(words)")
      seen.insert(lines[2])
    }
    #expect(seen.count > 2)
  }
}
