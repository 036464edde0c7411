import Documents
import Fitting
import Foundation
import Launch
import ScalingLaws
import Tables

/// A prediction of a run that is written down before the run begins, `windtunnel.registration/1`.
///
/// Its SHA-256 stands in a file beside it, so that what is compared later is what was predicted.
public struct Registration: Document {
  public static let schema = "windtunnel.registration/1"
  public static let kind = "registration"

  /// The file's name in the directory of a loop.
  public static let fileName = "prediction.json"
  private static let hashName = "prediction.sha256"

  /// The time of registration, as ISO 8601.
  public let registered: String
  /// The law's name, and where its parameters come from.
  public let law, provenance: String
  /// The run that is predicted: all parameters, tokens, and 6 N D in FLOP.
  public let params, tokens, flops: Double
  /// The compute of the largest pilot run, in FLOP.
  public let largestPilot: Double
  /// The predicted loss at the end of the run, in nats per token.
  public let loss: Double
  /// The interval of the mean loss of such runs; nil where the fit has no draws.
  public let interval: [Double]?
  /// The interval of the loss of one such run; nil where the fit has no draws.
  public let predictionInterval: [Double]?
  /// The share of outcomes that the intervals should hold.
  public let level: Double
  /// SHA-256 of the run table and of the plan that the prediction rests on.
  public let runs, plan: String
  /// SHA-256 of the fit.
  public let fit: String?

  init(
    of job: JobSpec, by fitted: FittedLaw, level: Double, seed: UInt64, largestPilot: Double, runs: String, plan: String
  ) throws {
    registered = Date().formatted(.iso8601)
    (law, provenance, self.level, self.largestPilot) = (fitted.law.name, fitted.provenance, level, largestPilot)
    (self.runs, self.plan, fit) = (runs, plan, fitted.fingerprint)
    params = Double(job.model.parameters.total)
    tokens = Double(job.training.steps * job.training.tokensPerStep)
    flops = 6 * params * tokens
    let point = [
      "params": params, "tokens": tokens, "flops": flops,
      "params_non_embedding": Double(job.model.parameters.nonEmbedding),
    ]
    guard let found = try FittedChain([fitted]).predictions(at: point, seed: seed).first, found.value.isFinite else {
      throw WorkflowError(.noPrediction, "the fitted law has no value at the target")
    }
    loss = found.value
    func ends(_ draws: [Double]) -> [Double]? {
      percentileInterval(draws, level: level).map { [$0.lowerBound, $0.upperBound] }
    }
    (interval, predictionInterval) = (ends(found.draws), ends(found.single))
  }

  /// The registration in a folder; made and written there where nothing was registered.
  ///
  /// - Throws: `DocumentError` where it was changed since.
  static func made(at folder: String, _ make: () throws -> Registration) throws -> Registration {
    let (path, hashPath) = ("\(folder)/\(fileName)", "\(folder)/\(hashName)")
    // The hash is written last: without it, nothing was registered.
    if FileManager.default.fileExists(atPath: hashPath) {
      let text = try DocumentFile.text(of: path, "registration", remedy: "begin the loop in another directory")
      let hash = try DocumentFile.text(of: hashPath, "hash", remedy: "begin the loop in another directory")
      guard hash.hasPrefix(fingerprint(of: text.utf8)) else {
        throw DocumentError("\(path): it was changed after it was registered; begin the loop in another directory")
      }
      return try Registration.read(text: text, from: path).value
    }
    let registration = try make()
    let text = try registration.json()
    try DocumentFile.write(text, to: path)
    try DocumentFile.write("\(fingerprint(of: text.utf8))  \(fileName)\n", to: hashPath)
    return registration
  }

  private enum CodingKeys: String, CodingKey {
    case registered, law, provenance, params, tokens, flops, loss, interval, predictionInterval, level, runs, fit, plan
    case largestPilot = "largestPilotFlops"
  }
}
