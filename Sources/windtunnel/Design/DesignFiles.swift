import Documents
import Foundation
import Launch
import Planning
import ScalingLaws
import Tables

/// The runs of a design as files: a table, and jobs of the reference trainer.
struct DesignFiles {
  let design: RunDesign

  /// Planned runs of a user: size and tokens on each line, and the number of repeats in `repeats` if there is such a
  /// column.
  static func runs(from path: String, sizes: String?) throws -> [DesignRun] {
    let (runs, _) = try RunTable(try Table.read(path)).derivingMissing()
    guard runs.rowCount > 0 else {
      throw TableError(.badData, file: runs.table.name, message: "there are no runs in it; expected params and tokens")
    }
    let size = sizes.flatMap { Role(rawValue: $0) } ?? .params
    _ = try runs.validated(for: [size, .tokens])
    let params = try runs.values(for: size)
    let tokens = try runs.values(for: .tokens)
    let repeats = try runs.resolve("repeats").map { try runs.values(named: $0.column) }
    return try params.indices.map { row in
      let times = repeats?[row] ?? 1
      guard let count = Int(exactly: times), (1...100_000).contains(count) else {
        throw TableError(
          .badData, file: runs.table.name, line: runs.table.line(ofRow: row), column: "repeats",
          message: "expected a whole number from 1 to 100000, found \(times)")
      }
      return DesignRun(
        params: params[row], tokens: tokens[row],
        flops: ComputeRule.sixND.trainingFLOPs(params: params[row], tokens: tokens[row]), repeats: count)
    }
  }

  /// The runs as CSV: size, tokens, flops (of one repeat), repeats, share (of all repeats in the total).
  var table: String {
    "\(design.sizeColumn),tokens,flops,repeats,share\n"
      + design.runs.map { run in
        "\(run.params),\(run.tokens),\(run.flops),\(run.repeats),\(run.flops * Double(run.repeats) / design.runs.flops)\n"
      }.joined()
  }

  /// The runs as `windtunnel.job/1` for the reference trainer, with the learning-rate rule of `Experiments/pilot.yaml`.
  ///
  /// Sizes become the nearest shapes; a run's repeats are its seeds.
  ///
  /// - Parameter path: the path of the file to be written.
  func jobs(at path: String) -> String {
    let embedding = design.sizeColumn != Role.paramsNonEmbedding.rawValue
    let runs = DesignedRun.all(of: DesignDocument(design, isCheck: false)).map { run in
      let model = ReferenceTrainer.model(nearest: run.params, embedding: embedding)
      return
        "  - {name: \(run.name), model: {layers: \(model.layers), hidden: \(model.hidden), heads: \(model.heads)}, "
        + "training: {tokens: \(NumberText.fixed(run.tokens, 0)), seed: \(run.seed)}}  # \(model.parameters.total) "
        + "parameters\n"
    }
    return """
      # Runs chosen by windtunnel design for a target of \(formatFLOPs(design.target.flops)): \
      \(design.runs.runCount) runs, \(formatFLOPs(design.runs.flops)) together.
      # windtunnel launch \(path) --dry-run    shows what would be written and run
      # The learning-rate rule was found at 10K to 500K parameters: check it at other sizes.
      schema: windtunnel.job/1
      engine: {kind: local, slots: 1}
      trainer: {name: reference, python: /usr/bin/python3}
      optimizer: {lr: {value: 0.0065, at_params: 33K, exponent: -0.4}}
      schedule: {kind: cosine, warmup: 0.05}
      retries: 1
      runs:
      \(runs.joined())
      """
  }
}
