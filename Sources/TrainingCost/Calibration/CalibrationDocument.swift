import Fitting
import Foundation

/// A calibration of the cost model as a document, `windtunnel.cost-calibration/1`.
public struct CalibrationDocument: Codable, Sendable, Equatable {
  public static let schema = "windtunnel.cost-calibration/1"

  public var schema = CalibrationDocument.schema
  public var accelerator: String
  public var constants: [Constant]
  /// The covariance of the constants' logarithms, row by row.
  public var covariance: [[Double]]
  /// Standard deviation of measured over predicted time, in logarithms.
  public var scatter: Double
  /// The file with the measured steps, its SHA-256, and the rows that the constants were fitted to.
  public var file: String
  public var fingerprint: String
  public var rows: [String]
  public var level: Double
  public var converged: Bool

  public struct Constant: Codable, Sendable, Equatable {
    public var name: String
    public var value: Double
    public var interval: [Double]
    /// The value before the measurements.
    public var prior: Double
    /// The share of the prior's variance that the measurements removed, 0 … 1: near 0 they say nothing about the
    /// constant.
    public var informed: Double
  }

  public init(
    _ calibration: CostCalibration, accelerator: String, file: String, fingerprint: String, level: Double = 0.9
  ) {
    let all = Efficiency.constants
    let reach = standardNormalQuantile(0.5 + level / 2)
    constants = all.enumerated().map { index, constant in
      let value = calibration.efficiency[keyPath: constant.path]
      let variance = calibration.covariance[index * all.count + index]
      let error = exp(reach * variance.squareRoot())
      return Constant(
        name: constant.name, value: value, interval: [value / error, value * error],
        prior: calibration.prior[keyPath: constant.path],
        informed: max(0, 1 - variance / (constant.spread * constant.spread)))
    }
    covariance = all.indices.map { Array(calibration.covariance[$0 * all.count..<($0 + 1) * all.count]) }
    self.accelerator = accelerator
    self.file = file
    self.fingerprint = fingerprint
    self.level = level
    scatter = calibration.scatter
    rows = calibration.ids
    converged = calibration.converged
  }

  /// Reads a calibration from the bytes of a document.
  ///
  /// - Throws: ``CostError`` if it is not a calibration, has another version, or lacks a constant.
  public static func decode(_ data: Data, from path: String) throws(CostError) -> CalibrationDocument {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    guard var document = try? decoder.decode(CalibrationDocument.self, from: data) else {
      throw CostError("\(path): this is not a calibration written by 'windtunnel cost calibrate --output'")
    }
    guard document.schema == schema else {
      throw CostError("\(path): the schema is '\(excerpted(document.schema))', not \(schema)")
    }
    let names = Efficiency.constants.map(\.name)
    document.addLaterConstants()
    guard document.constants.map(\.name) == names, document.covariance.count == names.count,
      document.covariance.allSatisfy({ $0.count == names.count }),
      document.constants.allSatisfy({ $0.value > 0 && $0.value.isFinite && $0.prior > 0 }), document.scatter >= 0
    else {
      throw CostError("\(path): the constants are not those of the cost model: \(names.joined(separator: ", "))")
    }
    return document
  }

  /// Constants added after the document was written have their defaults, and are as uncertain as before any
  /// measurement.
  private mutating func addLaterConstants() {
    let all = Efficiency.constants
    let known = constants.count
    guard known < all.count, covariance.count == known, constants.map(\.name) == all.prefix(known).map(\.name) else {
      return
    }
    let reach = standardNormalQuantile(0.5 + level / 2)
    for index in covariance.indices { covariance[index] += [Double](repeating: 0, count: all.count - known) }
    for (index, constant) in all.enumerated().dropFirst(known) {
      let value = Efficiency()[keyPath: constant.path]
      let error = exp(reach * constant.spread)
      constants.append(
        Constant(
          name: constant.name, value: value, interval: [value / error, value * error], prior: value, informed: 0))
      covariance.append(all.indices.map { $0 == index ? constant.spread * constant.spread : 0 })
    }
  }

  /// The calibration to predict with.
  public var calibration: CostCalibration {
    CostCalibration(
      efficiency: Efficiency(constants.map(\.value)), prior: Efficiency(constants.map(\.prior)),
      covariance: covariance.flatMap(\.self),
      scatter: scatter, ids: rows, converged: converged)
  }
}
