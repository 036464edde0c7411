import Documents
import Formulas
import Launch
import Search
import Tables

/// The entries of an experiment file.
package struct ExperimentEntries: Document, DocumentPart {
  package static let schema = Experiment.schema
  package static let kind = "experiment file"
  package static let isHandwritten = true
  package static let remedies = [
    JobSpec.schema: "it is a job file: run it by 'windtunnel launch'",
    "windtunnel.loop/1": "it is a closed loop: run it by 'windtunnel loop'",
  ]
  package static let documentExample = "'objective: \(ObjectiveEntry.documentExample)'"

  var name: WrittenText?
  var space: OrderedEntries<ParameterEntry>?
  var objective: ObjectiveEntry
  var constraints: [String]?
  var forbidden: OneOrMore<OrderedEntries<OneOrMore<WrittenValue>>>?
  var measured: [String]?
  var start: OneOrMore<OrderedEntries<WrittenValue>>?
  var earlier: [String]?
  var algorithm: String?
  var proposer: ProposerEntry?
  var stopping: StoppingRule?
  var budget: BudgetEntry?
  var seed: UInt64?
  var workers: Int?
  var retries: Int?
  var failuresInARow: Int?
  var directory: WrittenText?
  var engine: EngineEntry?
  var resources: Partial<JobSpec.Resources>?
}

/// The files of this room that people write.
public enum StudyDocuments {
  public static let handwritten: [any Document.Type] = [ExperimentEntries.self]
}

/// `{trials: 200, cost: 3600, time: 2h}`.
struct BudgetEntry: Codable, Sendable {
  var trials: Int?
  var cost: Written<CostUnit>?
  var time: WrittenDuration?
}

/// Cost in a unit of the user's own, with a dollar sign or without.
enum CostUnit: WrittenUnit {
  static let kind = "a cost, as 3600 or $100"
  static let example = "3600"
  static func parse(_ text: String) throws(QuantityError) -> Double {
    try parseNumber(text.hasPrefix("$") ? String(text.dropFirst()) : text)
  }
  static func text(_ value: Double) -> String { "\(value)" }
}

/// A text that is not blank.
struct WrittenText: DocumentScalar, DocumentFormed, Sendable {
  static let documentForm = JSONSchema.word
  static let documentPlaceholder = WrittenText(text: "text")
  static let documentKind = "a text"
  static let documentExample = "text"
  let text: String
  var documentText: String { text }

  private init(text: String) { self.text = text }

  init(documentText: String) throws {
    guard !documentText.allSatisfy(\.isWhitespace) else { throw DocumentFault(nil, "it is blank; write a text") }
    text = documentText
  }
}

/// A value of a parameter, as ``ParameterValue/init(text:)`` reads it.
struct WrittenValue: Codable, DocumentFormed, Sendable {
  static let documentForm = JSONSchema.word
  static let documentPlaceholder = WrittenValue(text: "value")
  let text: String
  var value: ParameterValue { ParameterValue(text: text) }

  private init(text: String) { self.text = text }

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    // A category may be called null.
    text = container.decodeNil() ? "null" : try container.decode(WrittenText.self).text
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(value)
  }
}

extension OneOrMore<WrittenValue> {
  var parameterValues: [ParameterValue] { values.map(\.value) }

  /// Two numbers in order; nil for anything else.
  var range: ClosedRange<Double>? {
    let ends = values.compactMap { try? parseNumber($0.text) }
    guard values.count == 2, ends.count == 2, ends[0] <= ends[1] else { return nil }
    return ends[0]...ends[1]
  }
}

extension DocumentReading<ExperimentEntries> {
  /// A value, where errors get the place of an entry.
  func located<Value>(_ path: String..., body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch let error as DocumentFault {
      throw fault(at: path, error)
    } catch let error as SearchError {
      throw fault(at: path, error.description)
    } catch let error as FormulaError {
      throw fault(at: path, error.description)
    } catch let error as LaunchError {
      throw fault(at: path, error.description)
    }
  }

  /// A whole number within bounds.
  func count(
    _ value: Int?, _ path: String, in bounds: ClosedRange<Int> = 1...1_000_000_000
  ) throws(DocumentError) -> Int? {
    guard let value, !bounds.contains(value) else { return value }
    throw fault(path, "it should be a whole number from \(bounds.lowerBound) to \(bounds.upperBound)")
  }
}
