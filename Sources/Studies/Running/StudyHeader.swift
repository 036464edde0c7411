import Foundation
import RunStore
import Search

/// What a store keeps of how its study was begun, so that it can be read and gone on with by itself.
public struct StudyHeader: Codable, Sendable {
  /// The experiment file's name and text.
  public let path: String
  public let experiment: String
  public let algorithm: AlgorithmName
  public let seed: UInt64
  public let trials: Int?

  public init(path: String, _ experiment: Experiment, _ algorithm: AlgorithmName, seed: UInt64, budget: SearchBudget) {
    self.path = path
    self.experiment = experiment.text
    self.algorithm = algorithm
    self.seed = seed
    trials = budget.trials
  }

  public var text: String {
    get throws { String(decoding: try JSONEncoder().encode(self), as: UTF8.self) }
  }

  /// - Throws: ``StoreError`` for a text that is none.
  public init(text: String) throws(StoreError) {
    do {
      self = try JSONDecoder().decode(StudyHeader.self, from: Data(text.utf8))
    } catch {
      throw StoreError(.badData, "the study's head cannot be read; it was begun by another version")
    }
  }
}

/// A study as its store has it.
public struct StoredStudy: Sendable {
  public let experiment: Experiment
  public let header: StudyHeader
  public let study: Study
  public let records: [Int: TrialRecord]
  public let document: StudyDocument

  /// Reads a study, which another process may be running, by going through its events.
  public init(in directory: String) async throws {
    let store = try StudyStore.open(in: directory, toWrite: false)
    let header = try StudyHeader(text: store.description())
    let experiment = try Experiment(path: header.path, text: header.experiment)
    var budget = experiment.budget
    budget.trials = header.trials
    let runner = StudyRunner(
      Study(
        experiment.space, try experiment.searchAlgorithm(header.algorithm),
        seed: header.seed,
        fidelity: experiment.fidelity, start: experiment.start, isFeasible: experiment.isFeasible),
      seed: header.seed, goals: experiment.goals, limits: .init(budget: budget), store: nil)
    try await runner.replay(try store.events())
    self.header = header
    self.experiment = experiment
    study = await runner.study
    records = await runner.records
    document = StudyDocument(
      study, of: experiment, algorithm: header.algorithm, seed: header.seed, budget: budget, spent: await runner.spent,
      isExhausted: false)
  }
}
