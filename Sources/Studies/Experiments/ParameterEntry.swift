import Documents
import Search
import Tables

/// The values of a parameter: `{float: [1e-5, 0.1], log: true}`, `{int: [1, 12]}`, `{ordinal: [16, 32]}`,
/// `{categorical: [a, b]}`, `bool`, `{constant: 3}`, `{permutation: [a, b, c]}` and the short form `[a, b]` of categories.
///
/// Each mapping may add `when: {other: [values]}`, a condition, and `prior: value`, a value that is believed to be good.
enum ParameterEntry: Codable, DocumentFormed {
  case categories(OneOrMore<WrittenValue>)
  case domain(DomainEntry)

  static let documentForm = JSONSchema.anyOf([
    OneOrMore<WrittenValue>.documentForm, JSONSchema(ofPart: DomainEntry.self),
  ])
  static let documentPlaceholder = ParameterEntry.categories(OneOrMore([]))

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard !container.decodeNil() else {
      throw DocumentFault(nil, "it has no values, as \(DomainEntry.documentExample)")
    }
    if (try? decoder.container(keyedBy: DomainEntry.CodingKeys.self)) != nil {
      self = .domain(try container.decode(DomainEntry.self))
    } else {
      self = .categories(try container.decode(OneOrMore<WrittenValue>.self))
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .categories(let values): try container.encode(values)
    case .domain(let domain): try container.encode(domain)
    }
  }

  /// - Throws: ``DocumentFault``.
  func parameter(_ name: String) throws -> Parameter {
    switch self {
    case .categories(let list):
      Parameter(name, list.values.map(\.text) == ["bool"] ? DomainEntry.flags : .categorical(list.parameterValues))
    case .domain(let entry):
      Parameter(name, try entry.domain(), when: try entry.condition(), prior: entry.prior?.value)
    }
  }
}

/// The values of a parameter by their kind.
struct DomainEntry: DocumentPart {
  typealias Values = OneOrMore<WrittenValue>
  static let documentExample = "{int: [1, 12]}"

  var float: Values?
  var int: Values?
  var ordinal: Values?
  var categorical: Values?
  var permutation: Values?
  /// True where it is there, whatever it says, as in `{bool, when: {optimizer: adam}}`.
  var bool: Bool
  var constant: Values?
  var log: Bool?
  var step: Double?
  var when: OrderedEntries<Values>?
  var prior: WrittenValue?

  enum CodingKeys: CodingKey {
    case float, int, ordinal, categorical, permutation, bool, constant, log, step, when, prior
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    func values(_ key: CodingKeys) throws -> Values? { try container.decodeIfPresent(Values.self, forKey: key) }
    (float, int, ordinal, categorical) = (
      try values(.float), try values(.int), try values(.ordinal), try values(.categorical)
    )
    (permutation, constant) = (try values(.permutation), try values(.constant))
    _ = try values(.bool)
    bool = container.contains(.bool)
    log = try container.decodeIfPresent(Bool.self, forKey: .log)
    step = try container.decodeIfPresent(Double.self, forKey: .step)
    when = try container.decodeIfPresent(OrderedEntries<Values>.self, forKey: .when)
    prior = try container.decodeIfPresent(WrittenValue.self, forKey: .prior)
  }

  static let flags = Parameter.Domain.categorical([.flag(false), .flag(true)])

  /// - Throws: ``DocumentFault``.
  fileprivate func domain() throws -> Parameter.Domain {
    let given: [(kind: CodingKeys, values: Values?)] = [
      (.float, float), (.int, int), (.ordinal, ordinal), (.categorical, categorical), (.permutation, permutation),
      (.bool, bool ? Values([]) : nil), (.constant, constant),
    ]
    let kinds = given.compactMap { entry in entry.values.map { (entry.kind, $0) } }
    guard kinds.count == 1, let (kind, list) = kinds.first else {
      let names = given.map(\.kind.stringValue).joined(separator: ", ")
      throw DocumentFault(nil, "it should be one of \(names), as \(Self.documentExample)")
    }
    func range() throws(DocumentFault) -> ClosedRange<Double> {
      guard let range = list.range else {
        throw DocumentFault(kind.stringValue, "it should be two numbers in order, as [1, 12]")
      }
      return range
    }
    let values = list.parameterValues
    switch kind {
    case .float:
      guard let step else { return .float(try range(), log: log ?? false) }
      guard log != true else {
        throw DocumentFault("step", "a step and a logarithm exclude each other; choose one")
      }
      return .stepped(try range(), step: step)
    case .int:
      let range = try range()
      guard let low = Int(exactly: range.lowerBound), let high = Int(exactly: range.upperBound) else {
        throw DocumentFault("int", "the ends should be whole numbers")
      }
      return .int(low...high, log: log ?? false)
    case .bool: return Self.flags
    case .ordinal: return .ordinal(values)
    case .permutation: return .permutation(values)
    case .constant: return .categorical(Array(values.prefix(1)))
    default: return .categorical(values)
    }
  }

  /// - Throws: ``DocumentFault``.
  fileprivate func condition() throws -> Parameter.Condition? {
    guard let when else { return nil }
    guard when.entries.count == 1, let (name, list) = when.entries.first else {
      throw DocumentFault("when", "it should name one parameter and its values, as {optimizer: [adam, lion]}")
    }
    return Parameter.Condition(parameter: name, values: list.parameterValues)
  }
}

extension DocumentReading<ExperimentEntries> {
  /// The space; nil where the file has none.
  func space() throws -> SearchSpace? {
    guard let space = value.space else { return nil }
    let parameters = try space.entries.map { name, entry in
      try located("space", name) { try entry.parameter(name) }
    }
    return try located("space") { try SearchSpace(parameters) }
  }

  /// `forbidden: [{optimizer: sgd, batch: [512, 1024]}]`.
  func forbidden(_ space: SearchSpace?) throws -> [ForbiddenCombination] {
    guard let combinations = value.forbidden?.values, !combinations.isEmpty else { return [] }
    guard let space else { throw fault("forbidden", "it needs a 'space' that lists the values") }
    return try located("forbidden") {
      try combinations.map { combination in
        try ForbiddenCombination(combination.entries.map { ($0.name, $0.value.parameterValues) }, in: space)
      }
    }
  }

  /// `start: [{learning_rate: 1e-3, layers: 4}]`.
  func start(
    _ space: SearchSpace, _ isFeasible: (SearchSpace.Point) -> Bool
  ) throws -> [StartConfiguration] {
    try located("start") {
      try (value.start?.values ?? []).map { configuration in
        let start = try StartConfiguration(configuration.entries.map { ($0.name, $0.value.value) }, in: space)
        if let point = start.point(in: space), !isFeasible(point) {
          let text = configuration.entries.map { "\($0.name): \($0.value.text)" }.joined(separator: ", ")
          throw SearchError("the configuration {\(text)} breaks a constraint")
        }
        return start
      }
    }
  }
}
