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
      A size becomes shapes whose widths are whole tiles and heads; a published model, or a config.json, is counted.

      Examples:
        windtunnel shape --params 7B
        windtunnel shape --params 7B --tp 8 --pp 4 --vocab 128256
        windtunnel shape --params 30B --experts 64 --top-k 8 --sequence 8192
        windtunnel shape --model llama-3-8b
        windtunnel shape --config config.json --format json
        windtunnel shape --list
      """)

  @Option(parsing: .unconditional, help: ArgumentHelp("The wanted size: 7B, 350M.", valueName: "count"))
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
      "Tokens of a sequence, for attention; the model's own, or 4096, unless given.", valueName: "tokens"))
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
      throw ValidationError("the options of shapes, such as --tp and --experts, go with --params alone")
    }
  }

  func run() throws {
    try output.prepare()
    if list {
      let models = ModelsDocument(KnownModel.catalog)
      return try output.emit(models) { ModelsView(models).text }
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
    try output.emit(document) { ShapeView(document).text }
  }
}

/// What the shapes of a size must be like.
struct WantedShapeOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "What --params counts: total, non-embedding or active; total unless given.", valueName: "count"))
  var counting: Counting?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Entries of the tokenizer; 50304 below 1B, else 128256, unless given.", valueName: "entries"))
  var vocab: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Accelerators that share a layer; 1 below 2B, 4 below 20B, else 8.", valueName: "N"))
  var tp: Int?

  @Option(parsing: .unconditional, help: ArgumentHelp("Pipeline stages that share the layers; 1.", valueName: "N"))
  var pp: Int?

  @Option(parsing: .unconditional, help: ArgumentHelp("The number of layers; open unless given.", valueName: "N"))
  var layers: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Channels of a head; 64 below 1B, else 128, unless given.", valueName: "N"))
  var headSize: Int?

  @Option(parsing: .unconditional, help: ArgumentHelp("Key and value heads; 8 where they fit.", valueName: "N"))
  var kvHeads: Int?

  @Option(parsing: .unconditional, help: ArgumentHelp("Experts of a layer; dense unless given.", valueName: "N"))
  var experts: Int?

  @Option(parsing: .unconditional, help: ArgumentHelp("Experts that a token goes to; 2 unless given.", valueName: "N"))
  var topK: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Experts that every token goes through; 0 unless given.", valueName: "N"))
  var sharedExperts: Int?

  @Flag(inversion: .prefixedNo, help: "Whether the output uses the embedding; as usual for the size unless given.")
  var tie: Bool?

  @Flag(help: "An MLP of two matrices, 4 times as wide, in the place of SwiGLU.")
  var ungated = false

  @Option(parsing: .unconditional, help: ArgumentHelp("How many shapes to propose; 5 unless given.", valueName: "N"))
  var alternatives: Int?

  typealias Counting = ShapeOptions.Counting

  /// Whether any was given.
  var isGiven: Bool {
    counting != nil || vocab != nil || tie != nil || ungated
      || [tp, pp, layers, headSize, kvHeads, experts, topK, sharedExperts, alternatives].contains { $0 != nil }
  }

  func validate() throws {
    if experts == nil, topK != nil || sharedExperts != nil {
      throw ValidationError("--top-k and --shared-experts need --experts, as --experts 64 --top-k 8")
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

/// A count that must be whole and within sense.
func wholeCount(_ text: String, _ option: String, of unit: CountUnit?, _ range: ClosedRange<Int>) throws -> Int {
  let count = try parseCount(text, of: unit)
  guard let whole = Int(exactly: count), range.contains(whole) else {
    throw UsageError(
      "\(option) should be a whole number from \(range.lowerBound) to \(range.upperBound), not '\(text)'")
  }
  return whole
}
