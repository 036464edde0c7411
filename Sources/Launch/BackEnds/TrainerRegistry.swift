import Documents

/// The trainers that jobs can name.
///
/// A caller's own trainer is added to those that come with the library, and is then known wherever the registry is passed:
///
/// ```swift
/// let trainers = TrainerRegistry.builtIn.adding(MyTrainer())
/// let file = try JobFile(path: "jobs.yaml", trainers: trainers)
/// ```
public struct TrainerRegistry: Sendable {
  /// The trainers, in the order in which messages list them.
  public let trainers: [any BackEnd]

  /// The trainers that come with the library.
  public static let builtIn = TrainerRegistry([
    megatronLM, torchtitan, nemo, gptNeoX, litGPT, huggingFaceTrainer, olmoCore, nanoGPT, llmC, maxText, levanter,
    reference,
  ])

  public init(_ trainers: [any BackEnd]) { self.trainers = trainers }

  /// This registry with one more trainer, which replaces one of the same name.
  public func adding(_ trainer: any BackEnd) -> TrainerRegistry {
    TrainerRegistry(trainers.filter { $0.name != trainer.name } + [trainer])
  }

  /// The trainer of a name; nil where there is none.
  public func named(_ name: String) -> (any BackEnd)? { trainers.first { $0.name == name } }

  /// The trainer of a job: by its name, or by the path of a ``TrainerFile``.
  ///
  /// - Parameter file: where the job is described, for messages.
  /// - Throws: `DocumentError` for a name that no trainer has; what is wrong with a trainer file.
  public func trainer(of job: JobSpec, file: String) throws -> any BackEnd {
    let name = job.trainer.name
    if let known = named(name) { return known }
    if name.hasSuffix(".yaml") || name.hasSuffix(".yml") { return try TrainerFile(path: name) }
    let names = trainers.map(\.name)
    let hint =
      nearestName(to: name, among: names).map { "did you mean '\($0)'?" }
      ?? "there are \(names.joined(separator: ", "))"
    throw DocumentError(
      "\(file): there is no trainer '\(name.prefix(60))'; \(hint) Or name a file of your own, as ours.yaml")
  }
}
