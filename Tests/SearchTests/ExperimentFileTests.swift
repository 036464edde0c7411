import Documents
import Testing

@testable import Search
@testable import Studies

/// What an experiment file may say, and what is said of one that is wrong.
@Suite struct ExperimentFileTests {
  private static let command = """
    schema: windtunnel.search/1
    name: all
    space:
      lr: {float: [1e-5, 0.1], log: true, prior: 1e-3}
      share: {float: [0, 1], step: 0.25}
      width: {int: [1, 40]}
      batch: {ordinal: [16, 32, 1k]}
      act: {categorical: [relu, null]}
      order: {permutation: [a, b, c]}
      bias: {bool, when: {act: relu}}
      depth: {constant: 3}
    objective:
      command: "echo {flags}"
      metric: loss
      direction: minimize
      cost: 2 * seconds
      metrics: {loss: 'loss ([0-9.]+)', time: 'time ([0-9]+)'}
      timeout: 10 min
      memory: 8 GB
      fidelity: {epochs: [1, 27], reduction: 3}
      repeats: 1
    constraints: ["width * depth <= 90"]
    forbidden: [{act: relu, batch: [16, 32]}, {depth: 3, width: 7}]
    measured: [memory_gb <= 8]
    start: [{width: 4, act: relu}]
    earlier: [first.csv]
    algorithm: tpe
    proposer: {endpoint: "http://localhost:1/v1", model: m, key: KEY, task: find it, share: 0.5, timeout: 1 min}
    stopping: median
    budget: {trials: 20, cost: $100, time: 1h}
    seed: 18446744073709551615
    workers: 2
    retries: 1
    failures_in_a_row: 4
    directory: all
    engine: local
    resources: {nodes: 1, gpus: 0, cpus: 2, memory: 8 GB, time: 1h}
    """

  private static func read(_ text: String) throws -> Experiment { try Experiment(path: "x.yaml", text: text) }

  /// The names of all entries of a form, but those of the engine, which are its own.
  private func names(_ form: JSONSchema) -> Set<String> {
    switch form {
    case .object(let properties):
      properties.reduce(into: []) { names, property in
        names.insert(property.name)
        if property.name != "engine" { names.formUnion(self.names(property.schema)) }
      }
    case .anyOf(let forms): forms.reduce(into: []) { $0.formUnion(names($1)) }
    case .list(let inner), .map(let inner): names(inner)
    default: []
    }
  }

  @Test("every entry of the JSON Schema is read, and every entry that is read is in it")
  func form() throws {
    let experiment = try Self.read(Self.command)
    // Whatever is not in the form is refused.
    let names = names(JSONSchema(of: ExperimentEntries.self))
    for name in names.subtracting(["table", "key", "join"]) {
      let isGiven = Self.command.contains("\(name):") || Self.command.contains("{\(name),")
      #expect(isGiven, "\(name)")
    }
    #expect(experiment.seed == .max && experiment.workers == 2 && experiment.retries == 1)
    #expect(experiment.failuresInARow == 4 && experiment.directory == "all" && experiment.stopping == .median)
    #expect(experiment.budget == SearchBudget(trials: 20, cost: 100, time: 3600))
    #expect(experiment.resources.cpusPerNode == 2 && experiment.resources.memory == 8e9)
    #expect(experiment.proposer?.share == 0.5 && experiment.proposer?.model.timeout == 60)
    #expect(experiment.fidelity?.name == "epochs" && experiment.hasCost)
    let domains = experiment.space.parameters.map(\.domain)
    let expected: [Parameter.Domain] = [
      .float(1e-5...0.1, log: true), .stepped(0...1, step: 0.25), .int(1...40, log: false),
      .ordinal([.number(16), .number(32), .text("1k")]), .categorical([.text("relu"), .text("null")]),
      .permutation([.text("a"), .text("b"), .text("c")]), .categorical([.flag(false), .flag(true)]),
      .categorical([.number(3)]),
    ]
    #expect(domains == expected)
    #expect(experiment.space.parameters[6].condition == .init(parameter: "act", values: [.text("relu")]))
    #expect(experiment.space.parameters[0].prior == .number(1e-3))
  }

  @Test(arguments: [
    (
      "width: {int: [1, 40]}", "width: {itn: [1, 40]}", "x.yaml:6:11: there is no entry 'itn' of 'space.width'; did you"
    ),
    ("width: {int: [1, 40]}", "width: {int: [40, 1]}", "x.yaml:6:16: 'space.width.int': it should be two numbers in"),
    ("width: {int: [1, 40]}", "width: [[1]]", "x.yaml:6:11: 'space.width[0]': it should be a text"),
    ("width: {int: [1, 40]}", "width:", "x.yaml:6:9: 'space.width': it has no values, as {int: [1, 12]}"),
    ("prior: 1e-3", "step: 2", "x.yaml:4:45: 'space.lr.step': a step and a logarithm exclude each other; choose one"),
    ("  metric: loss\n", "", "x.yaml:13:3: 'objective.metric': it is missing, as in {table: results.csv, key: [width]"),
    ("objective:", "objectives:", "x.yaml:12:1: there is no entry 'objectives'; did you mean 'objective'?"),
    ("metric: loss", "metric: loss\n  key: [lr]", "x.yaml:15:8: 'objective.key': it is for a table, and this has a"),
    ("command:", "table:", "x.yaml:17:12: 'objective.metrics': it is for a command, and this has none; remove it"),
    ("direction: minimize", "direction: up", "x.yaml:15:14: 'objective.direction': 'up' is not one of its values"),
    ("time ([0-9]+)", "time ([0-9]+", "x.yaml:17:43: 'objective.metrics.time': 'time ([0-9]+' is no regular"),
    ("[1, 27]", "[27, 1]", "x.yaml:20:13: 'objective.fidelity': it should be a name with two numbers in order"),
    ("workers: 2", "workers: many", "x.yaml:32:10: 'workers': it should be a whole number, not 'many'"),
    ("retries: 1", "retries: 1001", "x.yaml:33:10: 'retries': it should be a whole number from 0 to 1000"),
    ("cost: $100", "cost: $x", "x.yaml:30:28: 'budget.cost': cannot read the number 'x'"),
    ("{trials: 20, cost: $100, time: 1h}", "20", "x.yaml:30:9: 'budget': it should have entries of its own (trials"),
    ("share: 0.5", "share: 2", "'proposer.share': it should be above 0 and at most 1"),
    ("model: m, ", "", "x.yaml:28:22: 'proposer.endpoint': it needs the name of a 'model' beside it"),
    ("engine: local", "engine: lokal", "x.yaml:36:9: 'engine': there is no engine 'lokal'; there are local, slurm"),
    ("engine: local\n", "", "x.yaml:36:12: 'resources': resources are for an engine; add one"),
    ("search/1", "job/1", "x.yaml: this is not an experiment file: it is a job file: run it by 'windtunnel launch'"),
    ("search/1", "search/2", "x.yaml: this is not an experiment file: its schema is 'windtunnel.search/2'"),
  ])
  func aWrongEntryIsNamedWithItsPlace(_ right: String, _ wrong: String, _ message: String) {
    let text = Self.command.replacing(right, with: wrong, maxReplacements: 1)
    #expect(text != Self.command)
    let error = #expect(throws: DocumentError.self) { try Self.read(text) }
    #expect(error?.description.contains(message) == true, "\(error)")
  }

  @Test func anObjectiveThatIsMissingIsNamed() throws {
    let error = #expect(throws: DocumentError.self) { try Self.read("schema: windtunnel.search/1\nseed: 1\n") }
    #expect(error?.description.hasPrefix("x.yaml:1:1: 'objective': it is missing, as in 'objective: {table:") == true)
  }

  @Test("a study that exists has the same fingerprint in every process and version")
  func fingerprint() throws {
    func fingerprint(_ text: String) throws -> String {
      let experiment = try Self.read(text)
      return experiment.fingerprint(experiment.algorithm, seed: 0)
    }
    let text = """
      schema: windtunnel.search/1
      space: {width: {int: [1, 40]}}
      objective: {command: "echo {width}", metric: loss, direction: minimize, fidelity: {epochs: [1, 9]}}
      algorithm: hyperband
      """
    // As studies of earlier versions hold it.
    #expect(
      try fingerprint(text) == """
        [Search.Parameter(name: "width", domain: Search.Parameter.Domain.int(ClosedRange(1...40), log: false), \
        condition: nil, prior: nil)] [Search.Goal(direction: Search.Direction.minimize, measure: \
        Search.Measure(name: "loss", formula: nil))] Fidelity(name: "epochs", range: ClosedRange(1.0...9.0), \
        reduction: 3) [] [] [] [] echo {width} jsonLines hyperband  0
        """)
    let pattern = text.replacing("fidelity:", with: "metrics: {loss: 'a \"b\" (.)'}, fidelity:")
    #expect(try fingerprint(pattern).contains(#"patterns(["loss": "a \"b\" (.)"]) hyperband"#))
    // Sets and dictionaries have another order each time.
    let all = Set(try (0..<16).map { _ in try fingerprint(Self.command) })
    #expect(all.count == 1 && all.first?.contains("context at") == false)
  }

  @Test func aHeaderOfAnEarlierVersionIsRead() throws {
    let text = #"{"seed":3,"algorithm":"tpe","trials":4,"experiment":"schema: x\n","path":"x.yaml"}"#
    let header = try StudyHeader(text: text)
    #expect(header.seed == 3 && header.trials == 4 && header.path == "x.yaml")
    #expect(try StudyHeader(text: header.json()).experiment == "schema: x\n")
    let later = text.replacing("{", with: #"{"schema":"windtunnel.study-header/2","#, maxReplacements: 1)
    #expect(throws: (any Error).self) { try StudyHeader(text: later) }
  }
}
