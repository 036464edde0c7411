import Documents
import Fitting
import Foundation

/// A calibration of the cost model as a document, `windtunnel.cost-calibration/1`.
public struct CalibrationDocument: Document, DocumentChecked, Equatable {
  public static let schema = "windtunnel.cost-calibration/1"
  public static let kind = "cost calibration"
  public static let remedy = "write one by 'windtunnel cost calibrate --output'"

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
  /// The errors of the steps to which the constants were fitted; nil in earlier documents.
  public var errors: Errors?

  /// Mean and median of the absolute relative errors.
  public struct Errors: Codable, Sendable, Equatable {
    public var meanAbsoluteError: Double?
    public var medianAbsoluteError: Double?
    /// The mean error of the memory, where it was measured.
    public var memoryMeanAbsoluteError: Double?
  }

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

  /// - Parameter check: the predictions of the steps that it was fitted to.
  public init(
    _ calibration: CostCalibration, accelerator: String, file: String, fingerprint: String, level: Double = 0.9,
    check: CostCheck? = nil
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
    errors = check.map {
      Errors(
        meanAbsoluteError: $0.meanError, medianAbsoluteError: $0.medianError,
        memoryMeanAbsoluteError: $0.meanMemoryError)
    }
  }

  public func check() throws(DocumentFault) {
    let names = Efficiency.constants.map(\.name)
    guard !constants.isEmpty, constants.map(\.name) == Array(names.prefix(constants.count)),
      covariance.count == constants.count, covariance.allSatisfy({ $0.count == constants.count }),
      constants.allSatisfy({ $0.value > 0 && $0.prior > 0 && $0.interval.count == 2 && (0...1).contains($0.informed) }),
      scatter >= 0
    else {
      throw DocumentFault("constants", "they are not those of the cost model: \(names.joined(separator: ", "))")
    }
  }

  /// The calibration to predict with.
  ///
  /// Constants that came after the document was written have their defaults, and are as uncertain as before any
  /// measurement.
  public var calibration: CostCalibration {
    let (all, known) = (Efficiency.constants, constants.count)
    let matrix = all.indices.flatMap { row in
      all.indices.map { column in
        if row < known, column < known { return covariance[row][column] }
        return row == column ? all[row].spread * all[row].spread : 0
      }
    }
    return CostCalibration(
      efficiency: Efficiency(constants.map(\.value)), prior: Efficiency(constants.map(\.prior)), covariance: matrix,
      scatter: scatter, ids: rows, converged: converged)
  }
}
