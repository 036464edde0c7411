import Documents
import Foundation
import Tables

/// The share of a run's time that failures and checkpoints leave.
///
/// Failures of a device are independent and equally likely at any time, also during a restart; a failure throws the run
/// back to its last checkpoint. Daly 2006, A higher order estimate of the optimum checkpoint interval for restart
/// dumps, Future Generation Computer Systems 22.
public struct Goodput: Sendable, Hashable {
  public let failures: FailureAssumptions
  /// The mean time from one failure of the run to the next, in seconds: M.
  public let secondsBetweenFailures: Double
  /// Work between two checkpoints, in seconds: τ; the best unless another was asked for.
  public let interval: Double
  /// The interval that leaves the most time for work, by the complete model.
  public let bestInterval: Double
  /// `√(2 δ M)` for a checkpoint of δ seconds (Young 1974, A first order approximation to the optimum checkpoint
  /// interval).
  public let youngInterval: Double
  /// Daly's equation 37.
  public let dalyInterval: Double
  /// The share of the time that goes into work that is kept: τ over the expected time of an interval, of equation 20.
  public let share: Double
  /// The share in which the kept checkpoints are written. The rest goes into repeated work and restarts.
  public let checkpointShare: Double

  /// The expected time in seconds of a run that would take `seconds` without failures and checkpoints.
  public func wallSeconds(work seconds: Double) -> Double { seconds / share }

  /// The expected number of failures in such a run.
  public func expectedFailures(work seconds: Double) -> Double { wallSeconds(work: seconds) / secondsBetweenFailures }

  /// All assumptions and results.
  public var sentences: [String] {
    let rate =
      "\(failures.devices) device\(failures.devices == 1 ? "" : "s") that fail\(failures.devices == 1 ? "s" : "") once "
      + "in \(formatCount(failures.hoursBetweenFailures)) hours\(failures.devices == 1 ? "" : " each") "
      + "(\(failures.basis)) stop a run every \(formatDuration(secondsBetweenFailures))."
    let stops =
      "A checkpoint stops training for \(formatDuration(failures.checkpoint.seconds))\(failures.checkpoint.words); a "
      + "restart takes \(formatDuration(failures.restartSeconds))."
    let chosen =
      interval == bestInterval ? "the best interval" : "as asked for; \(formatDuration(bestInterval)) is best"
    let lost = max(0, 1 - share - checkpointShare)
    return [
      rate, stops,
      "With a checkpoint after every \(formatDuration(interval)) of work (\(chosen); Young 1974 has "
        + "\(formatDuration(youngInterval)), Daly 2006 \(formatDuration(dalyInterval))) \(NumberText.percent(share)) "
        + "of the time goes into training, \(NumberText.percent(checkpointShare)) into checkpoints, "
        + "\(NumberText.percent(lost)) into restarts and lost work.",
    ]
  }
}

/// The failure rate of devices, and the cost of a failure.
public struct FailureAssumptions: Sendable, Hashable {
  /// The number of devices, all of whose failures stop the run.
  public var devices: Int
  /// The mean time between two failures of one device, in hours.
  public var hoursBetweenFailures: Double
  /// The source of that figure.
  public var basis: String
  public var checkpoint: Checkpoint
  /// The time to notice a failure, to find other devices and to load the checkpoint, in seconds.
  public var restartSeconds: Double

  /// 419 unexpected interruptions in 54 days on 16384 GPUs, mostly of hardware (The Llama 3 Herd of Models, 2024,
  /// arXiv 2407.21783, section 3.3.4).
  public static let observedHoursBetweenFailures = 54.0 * 24 * 16384 / 419
  /// The source of the observation.
  public static let observedBasis = "419 unexpected interruptions in 54 days on 16384 H100, Llama 3, 2024"

  /// The cost of a checkpoint.
  public enum Checkpoint: Sendable, Hashable {
    /// The seconds in which training stops. For a checkpoint written while training continues, only the copy counts.
    case seconds(Double)
    /// Bytes of parameters and optimizer, and the bytes per second that storage accepts from all devices together.
    case bytes(Double, bytesPerSecond: Double)

    public var seconds: Double {
      switch self {
      case .seconds(let seconds): seconds
      case .bytes(let bytes, let rate): bytes / rate
      }
    }

    fileprivate var words: String {
      switch self {
      case .seconds: ""
      case .bytes(let bytes, let rate): " (\(formatBytes(bytes)) at \(formatBytes(rate))/s)"
      }
    }
  }

  /// - Parameter hoursBetweenFailures: the observed value if nil.
  public init(
    devices: Int, hoursBetweenFailures: Double? = nil, checkpoint: Checkpoint, restartSeconds: Double
  ) {
    self.devices = devices
    self.hoursBetweenFailures = hoursBetweenFailures ?? Self.observedHoursBetweenFailures
    basis = hoursBetweenFailures == nil ? Self.observedBasis : "as stated"
    self.checkpoint = checkpoint
    self.restartSeconds = restartSeconds
  }
}

extension FailureAssumptions {
  /// The share of a run's time that failures and checkpoints leave.
  ///
  /// - Parameter interval: seconds of work between two checkpoints; the best if nil.
  /// - Throws: ``CostError`` if a figure is not above zero, or if failures are so frequent that a run makes no
  ///   progress.
  public func goodput(interval: Double? = nil) throws(CostError) -> Goodput {
    guard devices > 0 else { throw CostError("a run needs at least one device, not \(devices)") }
    let hours = try positive(hoursBetweenFailures, "mean time between failures")
    if case .bytes(let bytes, let rate) = checkpoint {
      _ = try positive(bytes, "size of a checkpoint")
      _ = try positive(rate, "bandwidth of storage")
    }
    let write = try positive(checkpoint.seconds, "time of a checkpoint")
    guard restartSeconds >= 0, restartSeconds.isFinite else {
      throw CostError("the time of a restart must be zero or more and finite, not \(restartSeconds)")
    }
    let mean = hours * 3600 / Double(devices)
    let best = bestInterval(checkpoint: write, mean: mean)
    let chosen = try positive(interval ?? best, "interval between checkpoints")

    // The time until an interval and its checkpoint have both passed without a failure.
    let expected = mean * exp(restartSeconds / mean) * expm1((chosen + write) / mean)
    guard expected.isFinite, chosen / expected > 1e-6 else {
      throw CostError(
        "with a failure every \(formatDuration(mean)) and a checkpoint only after \(formatDuration(chosen)) of work "
          + "and \(formatDuration(write)) of writing, a run makes no progress; make checkpoints faster, restart faster "
          + "or use fewer devices")
    }
    return Goodput(
      failures: self, secondsBetweenFailures: mean, interval: chosen, bestInterval: best,
      youngInterval: (2 * write * mean).squareRoot(), dalyInterval: dalyInterval(checkpoint: write, mean: mean),
      share: chosen / expected, checkpointShare: write / expected)
  }
}

private func dalyInterval(checkpoint: Double, mean: Double) -> Double {
  guard checkpoint < 2 * mean else { return mean }
  let ratio = checkpoint / (2 * mean)
  return (2 * checkpoint * mean).squareRoot() * (1 + ratio.squareRoot() / 3 + ratio / 9) - checkpoint
}

/// The interval with the least expected time per second of work, where `x + d + log(1 - x) = 0` for interval and
/// checkpoint over the mean time between failures.
private func bestInterval(checkpoint: Double, mean: Double) -> Double {
  let d = checkpoint / mean
  // From above Newton's steps on this concave function never pass the root.
  var x = min((2 * d).squareRoot(), 1 - exp(-1 - d))
  for _ in 0..<100 {
    let step = (x + d + log1p(-x)) * (1 - x) / x
    guard step.isFinite, step.magnitude > 1e-15 * x else { break }
    x += step
  }
  return x * mean
}
