import ArgumentParser
import Foundation
import Report
import Tables
import TrainingCost

struct ShapeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "shape",
    abstract: "Turn a size into real shapes, or count a model's parameters and FLOPs by component.",
    discussion: """
      A size becomes shapes with whole tiles and heads; a published model, or a config.json, is counted.

      Examples:
        windtunnel shape --params 7B
        windtunnel shape --params 7B --tp 8 --pp 4 --vocab 128256
        windtunnel shape --params 30B --experts 64 --top-k 8 --sequence 8192
        windtunnel shape --model llama-3-8b
        windtunnel shape --config config.json --format json
        windtunnel shape --list
      """)

  @Option(parsing: .unconditional, help: ArgumentHelp("The target size: 7B, 350M.", valueName: "count"))
  var params: String?

  @Option(help: ArgumentHelp("A published model, as 'windtunnel shape --list' names it.", valueName: "name"))
  var model: String?

  @Option(help: ArgumentHelp("A config.json of the Hugging Face hub.", valueName: "file"))
  var config: String?

  @Flag(help: "List the published models.")
  var list = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Tokens of a sequence, for attention; default: the model's own, or 4096.", valueName: "tokens"))
  var sequence: String?

  @OptionGroup(title: "Shapes of a size") var wanted: WantedShapeOptions
  @OptionGroup(title: "Output") var output: OutputOptions

  func validate() throws {
    let given = [params != nil, model != nil, config != nil, list].count { $0 }
    if given != 1 {
      throw ValidationError(
        "give one of --params, --model, --config and --list, such as --params 7B or --model llama-3-8b")
    }
    if params == nil, wanted.isGiven {
      throw ValidationError("the options of shapes, such as --tp and --experts, require --params")
    }
  }

  func run() throws {
    try output.prepare()
    if list {
      let models = ModelsDocument(KnownModel.catalog)
      return try output.emit(models)
    }
    let tokens = try sequence.map { try wholeCount($0, "--sequence", of: .tokens, 1...100_000_000) }
    let document: ShapeDocument
    if let params {
      let size = try parseCount(params, of: .params)
      let proposals = try proposeShapes(params: size, options: wanted.options())
      document = ShapeDocument(proposals, of: size, sequence: tokens ?? 4096)
    } else if let config {
      let read = try ModelConfiguration(path: config)
      let length = tokens ?? read.context.flatMap { $0 > 0 ? $0 : nil } ?? 4096
      document = ShapeDocument(read.shape, name: config, source: read.modelType, sequence: length, notes: read.notes)
    } else {
      let known = try KnownModel.named(model ?? "")
      document = ShapeDocument(
        known.shape, name: known.name, source: known.citation, sequence: tokens ?? known.context, notes: [])
    }
    try output.emit(document)
  }
}

/// The constraints on the shapes of a size.
struct WantedShapeOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The parameters that --params counts: total, non-embedding or active; default: total.", valueName: "count"))
  var counting: Counting?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Entries of the tokenizer; default: 50304 below 1B, else 128256.", valueName: "entries"))
  var vocab: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Accelerators that share a layer; default: 1 below 2B, 4 below 20B, else 8.", valueName: "N"))
  var tp: Int?

  @Option(
    parsing: .unconditional, help: ArgumentHelp("Pipeline stages that share the layers; default: 1.", valueName: "N"))
  var pp: Int?

  @Option(parsing: .unconditional, help: ArgumentHelp("The number of layers; default: chosen.", valueName: "N"))
  var layers: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Channels of a head; default: 64 below 1B, else 128.", valueName: "N"))
  var headSize: Int?

  @Option(parsing: .unconditional, help: ArgumentHelp("Key and value heads; default: 8 if possible.", valueName: "N"))
  var kvHeads: Int?

  @Option(parsing: .unconditional, help: ArgumentHelp("Experts of a layer; default: a dense model.", valueName: "N"))
  var experts: Int?

  @Option(parsing: .unconditional, help: ArgumentHelp("Experts that a token is routed to; default: 2.", valueName: "N"))
  var topK: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Experts that every token passes through; default: 0.", valueName: "N"))
  var sharedExperts: Int?

  @Flag(inversion: .prefixedNo, help: "Whether input and output embeddings are tied; default: as usual for the size.")
  var tie: Bool?

  @Flag(help: "An MLP of two matrices, 4 times as wide, instead of SwiGLU.")
  var ungated = false

  @Option(parsing: .unconditional, help: ArgumentHelp("The number of shapes to propose; default: 5.", valueName: "N"))
  var alternatives: Int?

  typealias Counting = ShapeOptions.Counting

  /// Whether any was given.
  var isGiven: Bool {
    counting != nil || vocab != nil || tie != nil || ungated
      || [tp, pp, layers, headSize, kvHeads, experts, topK, sharedExperts, alternatives].contains { $0 != nil }
  }

  func validate() throws {
    if experts == nil, topK != nil || sharedExperts != nil {
      throw ValidationError("--top-k and --shared-experts need --experts, as in --experts 64 --top-k 8")
    }
  }

  func options() throws -> ShapeOptions {
    var options = ShapeOptions()
    options.counting = counting ?? .total
    options.vocabulary = try vocab.map { try wholeCount($0, "--vocab", of: nil, 1...100_000_000) }
    options.tensorParallel = tp
    options.pipelineParallel = pp ?? 1
    options.layers = layers
    options.headSize = headSize
    options.keyValueHeads = kvHeads
    options.isGated = !ungated
    options.tiesEmbeddings = tie
    options.experts = experts.map { .init(count: $0, active: topK ?? min(2, $0), shared: sharedExperts ?? 0) }
    options.proposals = alternatives ?? options.proposals
    return options
  }
}

extension ShapeOptions.Counting: ExpressibleByArgument {}

/// A whole number in a plausible range.
func wholeCount(_ text: String, _ option: String, of unit: CountUnit?, _ range: ClosedRange<Int>) throws -> Int {
  let count = try parseCount(text, of: unit)
  guard let whole = Int(exactly: count), range.contains(whole) else {
    throw UsageError(
      "\(option) must be a whole number from \(range.lowerBound) to \(range.upperBound), not '\(text)'")
  }
  return whole
}
