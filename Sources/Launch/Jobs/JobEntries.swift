import Documents
import Tables
import TrainingCost

/// The entries of one run in a file: each may be left to the rest of the file, to a plan, or to a default.
public struct JobEntries: DocumentPart {
  public static let documentExample = "{name: short, training: {tokens: 300M}}"

  package var name: String?
  /// The path of a plan.
  var plan: String?
  var trainer: JobSpec.Trainer?
  var model: Model?
  var training: Partial<JobSpec.Training>?
  var optimizer: Partial<JobSpec.Optimizer>?
  var schedule: Partial<JobSpec.Schedule>?
  var layout: Partial<Layout>?
  var data: Partial<JobSpec.Data>?
  var checkpoints: Partial<JobSpec.Checkpoints>?
  var resources: Partial<JobSpec.Resources>?
  var retries: Int?
  var after: [String]?
  var settings: JobSpec.Settings?
  var environment: OrderedTexts?
  var secrets: [String]?
  var provenance: JobSpec.Provenance?
  var expected: Partial<JobSpec.Expected>?

  /// The model of a run: a known one by its name, a size, or a shape number by number.
  enum Model: Codable, DocumentFormed {
    case named(String)
    case shape(Partial<TransformerShape>)

    static let documentForm = JSONSchema.anyOf([.text, JSONSchema(ofPart: TransformerShape.self)])
    static let documentPlaceholder = Model.named("llama-3-8b")

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let name = try? container.decode(String.self) {
        self = .named(name)
      } else {
        self = .shape(try container.decode(Partial<TransformerShape>.self))
      }
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      switch self {
      case .named(let name): try container.encode(name)
      case .shape(let shape): try container.encode(shape)
      }
    }
  }

  /// A peak learning rate, or one that falls with the size as a power.
  enum LearningRate: Decodable, DocumentFormed {
    case value(Double)
    case power(value: Double, atParams: Double, exponent: Double)

    static let documentForm = JSONSchema.anyOf([
      .number,
      .object([
        .init("value", .number, isRequired: true, summary: "The rate of a model of 'at_params' parameters."),
        .init("at_params", .scalar(WrittenParams.documentKind, example: "124M"), isRequired: true),
        .init("exponent", .number, isRequired: true, summary: "The power of the size with which it changes."),
      ]),
    ])
    static let documentPlaceholder = LearningRate.value(1e-3)

    private struct Power: Decodable {
      var value: Double
      var atParams: WrittenParams
      var exponent: Double
    }

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let value = try? container.decode(Double.self) {
        self = .value(value)
      } else {
        let power = try container.decode(Power.self)
        self = .power(value: power.value, atParams: power.atParams.value, exponent: power.exponent)
      }
    }
  }
}

extension TransformerShape: DocumentPart {
  public static let documentExample = "{layers: 12, hidden: 768, heads: 12, vocabulary: 50304}"
  public static let documentAlternatives: [JSONSchema.Property] = [
    .init(
      "params", .scalar(WrittenParams.documentKind, example: "1.2B"), isRequired: false,
      summary: "A size, in place of a shape."),
    .init(
      "params_non_embedding", .scalar(WrittenParams.documentKind, example: "1.1B"), isRequired: false,
      summary: "A size without embeddings, in place of a shape."),
  ]
}

extension Layout: DocumentPart {
  public static let documentExample = "{tensor: 2, pipeline: 2, micro_batch: 1, zero: 1}"
}
