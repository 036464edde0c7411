import Documents
import RunStore
import Search

/// The beginning of a study as its store keeps it, so that the study can be read and resumed
/// without other files.
public struct StudyHeader: Document {
  public static let schema = "windtunnel.study-header/1"
  public static let kind = "study header"

  /// The experiment file's name and text.
  public let path: String
  public let experiment: String
  /// The algorithm's name.
  public let algorithm: String
  public let seed: UInt64
  public let trials: Int?

  public init(path: String, _ experiment: Experiment, _ algorithm: AlgorithmEntry, seed: UInt64, budget: SearchBudget) {
    self.path = path
    self.experiment = experiment.text
    self.algorithm = algorithm.name
    self.seed = seed
    trials = budget.trials
  }

  /// - Throws: `StoreError` for a text that is not a header.
  public init(text: String) throws(StoreError) {
    let source = DocumentSource("the store")
    do {
      let node = try source.node(text)
      // Earlier versions wrote no line 'schema'.
      let isMarked = node["schema"] != nil
      self = try isMarked ? Self.read(text: text, from: source.path).value : source.value(Self.self, from: node)
    } catch {
      throw StoreError(.badData, "the study's header cannot be read; it was written by another version")
    }
  }
}

/// A study as read from its store.
public struct StoredStudy: Sendable {
  public let experiment: Experiment
  public let header: StudyHeader
  public let study: Study
  public let records: [Int: TrialRecord]
  public let document: StudyDocument

  /// Reads a study, which another process may be running, by replaying its events.
  ///
  /// - Parameters:
  ///   - directory: of the study.
  ///   - algorithms: the registry with the study's algorithm.
  public init(in directory: String, algorithms: AlgorithmRegistry = .builtIn) async throws {
    let store = try StudyStore.open(in: directory, toWrite: false)
    let header = try StudyHeader(text: store.description())
    let experiment = try Experiment(path: header.path, text: header.experiment, algorithms: algorithms)
    let algorithm = try algorithms.named(header.algorithm)
    var budget = experiment.budget
    budget.trials = header.trials
    let runner = StudyRunner(
      Study(
        experiment.space, try experiment.searchAlgorithm(algorithm), seed: header.seed,
        fidelity: experiment.fidelity, start: experiment.start, isFeasible: experiment.isFeasible),
      seed: header.seed, goals: experiment.goals, limits: .init(budget: budget), store: nil)
    try await runner.replay(try store.events())
    self.header = header
    self.experiment = experiment
    study = await runner.study
    records = await runner.records
    document = StudyDocument(
      study, of: experiment, algorithm: algorithm, seed: header.seed, budget: budget, spent: await runner.spent,
      isExhausted: false)
  }
}
