import Foundation
import Search
import Tables

extension YAMLSection {
  private static let kinds = ["float", "int", "ordinal", "categorical", "permutation", "bool", "constant"]

  /// The parameters of a space, in the order of the file.
  func parameters() throws -> [Parameter] { try names.map(parameter) }

  /// One of `{float: [1e-5, 0.1], log: true}`, `{int: [1, 12]}`, `{ordinal: [16, 32]}`,
  /// `{categorical: [a, b]}`, `bool`, `{constant: 3}`, `{permutation: [a, b, c]}` and the short
  /// form `[a, b]` of categories. Each mapping may add `when: {other: [values]}`, a condition, and
  /// `prior: value`, a value that is believed to be good.
  private func parameter(_ name: String) throws -> Parameter {
    guard hasSection(name) else {
      guard let values = try texts(name) else { throw fault(name, "it has no values") }
      if values == ["bool"] { return Parameter(name, Self.flags) }
      return Parameter(name, .categorical(values.map(ParameterValue.init(text:))))
    }
    guard let section = try section(name, example: "\(name): {int: [1, 12]}") else { throw fault(name, "it is empty") }
    try section.checkKeys(Self.kinds + ["log", "step", "when", "prior"])
    let given = Self.kinds.filter(section.has)
    guard given.count == 1 else {
      throw fault(name, "it should be one of \(Self.kinds.joined(separator: ", ")), as {int: [1, 12]}")
    }
    let domain: Parameter.Domain
    let log = try section.flag("log") ?? false
    switch given[0] {
    case "float":
      let range = try section.range("float")
      if let step = try section.quantity("step", parseNumber) {
        guard !log else { throw fault(name, "a step and a logarithm exclude each other; choose one") }
        domain = .stepped(range, step: step)
      } else {
        domain = .float(range, log: log)
      }
    case "int":
      let range = try section.range("int")
      guard let low = Int(exactly: range.lowerBound), let high = Int(exactly: range.upperBound) else {
        throw fault(name, "the ends should be whole numbers")
      }
      domain = .int(low...high, log: log)
    case "bool": domain = Self.flags
    case "constant":
      domain = .categorical(try section.texts("constant").map { $0.prefix(1).map(ParameterValue.init(text:)) } ?? [])
    case let kind:
      let values = try (section.texts(kind) ?? []).map(ParameterValue.init(text:))
      domain =
        kind == "ordinal" ? .ordinal(values) : kind == "permutation" ? .permutation(values) : .categorical(values)
    }
    return Parameter(
      name, domain, when: try section.condition(), prior: try section.text("prior").map(ParameterValue.init(text:)))
  }

  /// `forbidden: [{optimizer: sgd, batch: [512, 1024]}]`.
  func forbidden(_ space: SearchSpace?) throws -> [ForbiddenCombination] {
    let sections = try sections("forbidden", example: "[{optimizer: sgd, batch: [512, 1024]}]")
    guard let space else {
      if sections.isEmpty { return [] }
      throw fault("forbidden", "it needs a 'space' that lists the values")
    }
    return try located("forbidden") {
      try sections.map { section in
        try ForbiddenCombination(
          section.names.map { name in
            (name, try (section.texts(name) ?? []).map(ParameterValue.init(text:)))
          }, in: space)
      }
    }
  }

  /// `start: [{learning_rate: 1e-3, layers: 4}]`.
  func start(
    _ space: SearchSpace, _ isFeasible: (SearchSpace.Point) -> Bool
  ) throws -> [StartConfiguration] {
    try sections("start", example: "[{learning_rate: 1e-3, layers: 4}]").map { section in
      try located("start") {
        let values = try section.names.compactMap { name in
          try section.text(name).map { (name, ParameterValue(text: $0)) }
        }
        let start = try StartConfiguration(values, in: space)
        if let point = start.point(in: space), !isFeasible(point) {
          throw SearchError("the configuration \(section.summary) breaks a constraint")
        }
        return start
      }
    }
  }

  private var summary: String {
    "{" + names.map { "\($0): \((try? text($0)) ?? "")" }.joined(separator: ", ") + "}"
  }

  private static let flags = Parameter.Domain.categorical([.flag(false), .flag(true)])

  private func condition() throws -> Parameter.Condition? {
    guard let section = try section("when", example: "when: {optimizer: adam}", isSubject: false) else { return nil }
    guard section.names.count == 1, let name = section.names.first, let values = try section.texts(name) else {
      throw fault("when", "it should name one parameter and its values, as {optimizer: [adam, lion]}")
    }
    return Parameter.Condition(parameter: name, values: values.map(ParameterValue.init(text:)))
  }

  private func range(_ key: String) throws -> ClosedRange<Double> {
    let ends = try (texts(key) ?? []).compactMap { try? parseNumber($0) }
    guard ends.count == 2, ends[0] <= ends[1] else { throw fault(key, "it should be two numbers in order, as [1, 12]") }
    return ends[0]...ends[1]
  }
}
