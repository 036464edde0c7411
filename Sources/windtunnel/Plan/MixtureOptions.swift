import ArgumentParser
import Foundation
import Planning
import ScalingLaws
import Tables

/// The possible numbers of experts of a plan, and the memory for them.
struct MixtureOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Numbers of experts to choose from, 1 for dense: 1,2,4,8,16,32. Needs a law of experts, such as --preset "
        + "ludziejewski2025.",
      valueName: "list"))
  var experts: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The memory that all parameters must fit into: \"80 GB\", 640GiB.", valueName: "bytes"))
  var memory: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Bytes of memory for each parameter; default: 2, weights of 16 bits for inference.",
      valueName: "bytes"))
  var bytesPerParam: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Experts that a token passes through; default: 1, or 2 with --upcycle-from.", valueName: "number"))
  var activeExperts: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Entries of the vocabulary, whose embeddings every model has; default: 50,257.", valueName: "number"))
  var vocabulary: Double?

  /// The request for experts and memory; nil if the plan involves neither.
  func request(for law: Law) throws -> MixtureRequest? {
    guard isGiven || law.expertsVariable != nil else { return nil }
    return MixtureRequest(
      experts: try numbers(), memory: try memory.map { try parseBytes($0) }, bytesPerParam: bytesOfParam,
      architecture: architecture(activeExperts: 1))
  }

  /// Copies memory and vocabulary into a plan on a cluster.
  func limited(_ request: ClusterRequest) throws -> ClusterRequest {
    var request = try withVocabulary(request)
    if let memory {
      guard bytesOfParam > 0, bytesOfParam.isFinite else {
        throw UsageError("--bytes-per-param must be above zero and finite, not \(bytesOfParam)")
      }
      request.weights = MemoryLimit(bytes: try parseBytes(memory), bytesPerParam: bytesOfParam)
    } else if bytesPerParam != nil {
      throw UsageError("--bytes-per-param requires --memory")
    }
    return request
  }

  func withVocabulary(_ request: ClusterRequest) throws -> ClusterRequest {
    guard let vocabulary else { return request }
    guard let whole = Int(exactly: vocabulary) else {
      throw UsageError("--vocabulary must be a whole number, not \(vocabulary)")
    }
    var request = request
    request.shapes.vocabulary = whole
    return request
  }

  var bytesOfParam: Double { bytesPerParam ?? MemoryLimit.inferenceBytesPerParam }

  var isGiven: Bool {
    experts != nil || memory != nil || bytesPerParam != nil || activeExperts != nil || vocabulary != nil
  }

  func architecture(activeExperts usual: Double) -> ExpertArchitecture {
    var architecture = ExpertArchitecture(activeExperts: activeExperts ?? usual)
    if let vocabulary { architecture.vocabulary = vocabulary }
    return architecture
  }

  func numbers() throws -> [Double]? {
    try experts.map { text in
      try text.split(separator: ",", omittingEmptySubsequences: false).map { part in
        guard let number = Int(part.trimmingCharacters(in: .whitespaces)) else {
          throw UsageError(
            "--experts must be whole numbers separated by commas, as in --experts 1,2,4,8, not '\(text)'")
        }
        return Double(number)
      }
    }
  }
}

/// A dense checkpoint that a further budget may upcycle, and the laws that predict the result.
struct UpcyclingOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The tokens that a dense checkpoint of --params was trained on. Compares what to do with a further --budget, or "
        + "--days of a --cluster: train it on, upcycle it to a mixture of "
        + "experts, or start one from scratch. Needs --preset liew2025, or --fit with the two below.",
      valueName: "count"))
  var upcycleFrom: String?

  @Option(help: ArgumentHelp("The fit of further dense training, with --fit of upcycling.", valueName: "file"))
  var denseFit: String?

  @Option(help: ArgumentHelp("The fit of mixtures from scratch, with --fit of upcycling.", valueName: "file"))
  var scratchFit: String?

  func validate() throws {
    if upcycleFrom == nil, denseFit != nil || scratchFit != nil {
      throw ValidationError("--dense-fit and --scratch-fit require --upcycle-from")
    }
  }

  func request(params: String?, maxTokens: String?, _ mixture: MixtureOptions) throws -> UpcyclingRequest {
    guard let params else {
      throw UsageError(
        "--upcycle-from needs the size of the dense checkpoint: give it with --params, as in --params 7B")
    }
    let numbers = try mixture.numbers() ?? [8]
    guard numbers.count == 1 else {
      throw UsageError("--upcycle-from accepts one number of experts, that of its laws, as in --experts 8")
    }
    return UpcyclingRequest(
      denseParams: try parseCount(params, of: .params),
      denseTokens: try parseCount(upcycleFrom ?? "", of: .tokens), experts: numbers[0],
      architecture: mixture.architecture(activeExperts: 2), memory: try mixture.memory.map { try parseBytes($0) },
      bytesPerParam: mixture.bytesOfParam, maxTokens: try maxTokens.map { try parseCount($0, of: .tokens) })
  }

  /// The three laws, and the problems of the fits that they come from.
  func laws(_ source: SourceOptions) throws -> (laws: UpcyclingLaws, caveats: [String]) {
    let sources: [SourceOptions.Source]
    if let preset = source.preset {
      guard denseFit == nil, scratchFit == nil else {
        throw UsageError("--dense-fit and --scratch-fit require --fit; a preset includes all three laws")
      }
      sources = try ["upcycling-dense", "upcycling-scratch", "upcycling"].map { law in
        guard try LawCatalog().law(law).preset(preset) != nil else {
          let published = try LawCatalog().law(law).presets.map(\.name).joined(separator: ", ")
          throw UsageError(
            "the preset '\(preset)' has no laws of upcycling; --upcycle-from accepts --preset \(published), or three "
              + "fits"
          )
        }
        return try SourceOptions.published("\(law)/\(preset)")
      }
    } else if let fit = source.fit, let denseFit, let scratchFit {
      sources = try [denseFit, scratchFit, fit].map { try SourceOptions.document($0) }
    } else {
      throw UsageError(
        "--upcycle-from needs three laws: --preset liew2025, or --fit of upcycling with --dense-fit and --scratch-fit")
    }
    return (
      UpcyclingLaws(dense: sources[0].fitted, scratch: sources[1].fitted, upcycled: sources[2].fitted),
      sources.flatMap(\.caveats)
    )
  }
}
