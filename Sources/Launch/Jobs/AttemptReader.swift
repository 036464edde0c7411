import Foundation
import RunStore

/// Reads what one attempt at a job measures, as it grows.
struct AttemptReader {
  private var reader: MetricsReader
  private let tokensPerStep: Double
  /// The last values of metrics, by name.
  let units: [String: String]
  /// Lines that tell no step belong to the last that did.
  private var step = 0.0

  /// - Throws: ``DocumentError`` where the job's description or its trainer cannot be read; ``LaunchError``.
  init(_ spec: JobSpec, of job: JobRecord, attempt: Int, trainers: TrainerRegistry) throws {
    let call = try trainers.trainer(of: spec, file: "\(job.directory)/job.json").call(spec, in: job.directory)
    let folder = "\(job.directory)/attempts/\(attempt)"
    reader = try MetricsReader(
      call.metrics, names: call.names, directory: job.directory, outputPath: "\(folder)/out",
      metricsPath: "\(folder)/metrics.jsonl")
    units = MetricUnits.known.merging(call.names.compactMapValues(\.unit)) { $1 }
    tokensPerStep = Double(spec.training.tokensPerStep)
  }

  var problems: [String] { reader.problems }

  /// The values that are new.
  mutating func read(atEnd: Bool) -> [JobMeasurement] {
    reader.read(atEnd: atEnd).flatMap { line in
      step = line["step"] ?? line["tokens"].map { $0 / tokensPerStep } ?? step
      return line.filter { $0.key != "step" }.sorted { $0.key < $1.key }.map {
        JobMeasurement(step: step, metric: $0.key, value: $0.value)
      }
    }
  }
}
