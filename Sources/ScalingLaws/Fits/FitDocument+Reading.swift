import Documents
import Fitting
import Formulas
import Foundation

extension FitDocument {
  /// Reads a fit from a file.
  public static func read(_ path: String) throws(DocumentError) -> FitDocument {
    try decode(try contents(of: path), from: path)
  }

  /// The bytes of a document's file.
  public static func contents(of path: String) throws(DocumentError) -> Data {
    try DocumentFile.bytes(
      of: path, "fit document", remedy: "write one with 'windtunnel fit RUNS --output \(path)'")
  }

  /// Reads a fit from the bytes of a document.
  public static func decode(_ data: Data, from path: String) throws(DocumentError) -> FitDocument {
    struct Header: Decodable {
      var schema: String
      var approach: Int?
    }
    let header: Header
    do { header = try FitCoding.decoder.decode(Header.self, from: data) } catch {
      let place = jsonFault(data).map { " (\($0))" } ?? ""
      throw DocumentError(
        "\(path): this is not a fit document, as 'windtunnel fit --output' writes: \(FitCoding.explain(error))\(place)")
    }
    // A minor version adds; only a major version changes what is there.
    guard header.schema == schema || header.schema.hasPrefix(schema + ".") else {
      if header.schema.hasPrefix("windtunnel.fits/") {
        throw DocumentError("\(path): this holds a fit of every group of runs; take the 'fit' of one group out of it")
      }
      throw DocumentError("\(path): its schema is '\(header.schema)'; this version reads '\(schema)'")
    }
    if let approach = header.approach, approach != 3 {
      throw DocumentError(
        "\(path): a fit by approach \(approach) has exponents but no formula of the loss to predict or plan with; "
          + "fit the runs with --approach 3")
    }
    do {
      let document = try FitCoding.decoder.decode(FitDocument.self, from: data)
      if let fault = document.fault { throw DocumentError("\(path): the fit document is damaged: \(fault)") }
      return document
    } catch let error as DocumentError {
      throw error
    } catch {
      throw DocumentError("\(path): the fit document is damaged: \(FitCoding.explain(error))")
    }
  }

  /// Where JSON breaks off: the decoder keeps that to itself.
  private static func jsonFault(_ data: Data) -> String? {
    do {
      _ = try JSONSerialization.jsonObject(with: data, options: .fragmentsAllowed)
      return nil
    } catch {
      return ((error as NSError).userInfo["NSDebugDescription"] as? String)?.trimmingCharacters(
        in: .punctuationCharacters)
    }
  }

  /// What does not fit together, in a sentence.
  private var fault: String? {
    if parameterOrder.isEmpty { return "it names no parameters" }
    if Set(parameterOrder).count != parameterOrder.count { return "'parameter_order' names a parameter twice" }
    for name in parameterOrder {
      guard let parameter = parameters[name] else { return "'parameters' lacks '\(name)'" }
      guard parameter.bounds.count == 2, parameter.startRange.count == 2,
        parameter.startRange[0] <= parameter.startRange[1]
      else { return "'parameters.\(name)' has no two bounds, or no start range" }
    }
    if let index = bootstrap.draws.firstIndex(where: { $0.count != parameterOrder.count }) {
      return "'bootstrap.draws' has \(bootstrap.draws[index].count) numbers in place \(index + 1); "
        + "there are \(parameterOrder.count) parameters"
    }
    if let fault = noise?.fault { return fault }
    guard let text = try? Formula(formula) else { return "its formula '\(formula)' cannot be read" }
    if let name = text.names.first(where: { parameters[$0] == nil && variables[$0] == nil && fixed?[$0] == nil }) {
      return "'\(name)' of its formula is neither a parameter nor a variable"
    }
    return nil
  }

  /// The document as compact JSON with sorted keys.
  public func encoded() throws -> Data { try FitCoding.encoder.encode(self) }

  /// The law with its parameters and draws.
  ///
  /// A law of the catalog keeps its trade-off; any other is rebuilt from the document alone.
  public func fittedLaw() throws -> FittedLaw {
    if let fault { throw DocumentError("the fit of \(runs.file) is damaged: \(fault)") }
    let formula = try Formula(self.formula)
    let order = formula.names.filter { variables[$0] != nil }
    let pairs = order.map { Law.Variable($0, column: variables[$0] ?? $0) }
    let fixed = fixed ?? [:]
    let known = try LawCatalog().laws.first {
      $0.name == law && $0.formula.text == formula.text && $0.target == target
        && $0.parameterNames.filter { fixed[$0] == nil } == parameterOrder
        && Dictionary($0.variables.map { ($0.name, $0.column) }, uniquingKeysWith: { $1 }) == variables
    }?.fixing(fixed)
    let domains = parameterOrder.compactMap { name in
      parameters[name].map {
        ParameterDomain(
          name, lower: $0.bounds[0], upper: $0.bounds[1], startRange: $0.startRange[0]...$0.startRange[1],
          startsLogarithmic: $0.startsLogarithmic)
      }
    }
    let size = pairs.first { $0.column == "params" }?.name
    let tokens = pairs.first { $0.column == "tokens" }?.name
    let tradeOff = size.flatMap { n in
      tokens.flatMap { Law.TradeOff(recognizing: formula.substituting(fixed), size: n, tokens: $0) }
    }
    let rebuilt = Law(
      name: law, title: formula.text, formula: formula.substituting(fixed), target: target, variables: pairs,
      parameters: domains, tradeOff: tradeOff, citation: citation, fixed: fixed)
    return try FittedLaw(
      law: known ?? rebuilt, parameters: parameterOrder.compactMap { parameters[$0]?.value }, draws: bootstrap.draws,
      ranges: runs.ranges.compactMapValues { $0.count == 2 && $0[0] <= $0[1] ? $0[0]...$0[1] : nil },
      logResiduals: logResiduals, noise: noise, provenance: "\(law) fitted to \(runs.used) runs of \(runs.file)")
  }
}

enum FitCoding {
  static var encoder: JSONEncoder {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return encoder
  }

  static var decoder: JSONDecoder {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return decoder
  }

  /// What a decoder found wrong, as a clause.
  static func explain(_ error: any Error) -> String {
    func path(_ context: DecodingError.Context) -> String {
      context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
    }
    switch error {
    case DecodingError.keyNotFound(let key, let context):
      return "'\(key.stringValue)' is missing\(context.codingPath.isEmpty ? "" : " in '\(path(context))'")"
    case DecodingError.typeMismatch(let type, let context), DecodingError.valueNotFound(let type, let context):
      let place = context.codingPath.isEmpty ? "it" : "'\(path(context))'"
      return "\(place) should be \(kind(type))"
    case DecodingError.dataCorrupted(let context):
      return context.codingPath.isEmpty ? "it is not whole JSON" : "'\(path(context))' is not what it should be"
    default: return "\(error)"
    }
  }

  private static func kind(_ type: any Any.Type) -> String {
    switch type {
    case is Double.Type, is Int.Type, is UInt64.Type: "a number"
    case is String.Type: "a text"
    case is Bool.Type: "true or false"
    case is any Sequence.Type where !"\(type)".hasPrefix("Dictionary"): "a list"
    default: "an object with named entries"
    }
  }
}
