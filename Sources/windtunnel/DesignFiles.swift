import Foundation
import Launch
import Planning
import ScalingLaws
import Tables

/// The runs of a design as files: a table, and an experiment that the reference trainer's sweep can make.
struct DesignFiles {
  private let design: RunDesign
  /// The column by which the law counts sizes.
  private let sizes: String

  init(_ design: RunDesign, sizes: String?) {
    self.design = design
    self.sizes = sizes ?? Role.params.rawValue
  }

  /// Runs that a user has planned: size and tokens, a line each, and how often in `repeats` where there is such a column.
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

  /// The runs as CSV: size, tokens, flops (of one repeat), repeats, share (of all repeats in the whole).
  var table: String {
    "\(sizes),tokens,flops,repeats,share\n"
      + design.runs.map { run in
        "\(run.params),\(run.tokens),\(run.flops),\(run.repeats),\(run.flops * Double(run.repeats) / design.runs.flops)\n"
      }.joined()
  }

  /// The runs as `windtunnel.pilot/1`, with the training settings and the learning-rate rule of `Experiments/pilot.yaml`.
  ///
  /// Sizes become the nearest shapes of the reference trainer; a run's repeats are its seeds.
  func experiment(named name: String) throws -> String {
    let embedding = sizes != Role.paramsNonEmbedding.rawValue
    let shapes = Set(design.runs.map(\.params)).sorted().map {
      ($0, ReferenceShape(nearest: $0, embedding: embedding))
    }
    let names = Dictionary(
      shapes.map { ($0.0, "n\(formatCount($0.0, digits: 4).lowercased())") }, uniquingKeysWith: { $1 })
    let shapeLines = shapes.map { params, shape in
      "  \(names[params] ?? ""): {layers: \(shape.layers), width: \(shape.width), heads: \(shape.heads)}"
        + "  # \(shape.params) for \(String(format: "%.0f", params))\n"
    }
    let runs = design.runs.map { run in
      "      - {tokens: \(String(format: "%.0f", run.tokens)), sizes: [\(names[run.params] ?? "")], "
        + "seeds: [\((0..<run.repeats).map(String.init).joined(separator: ", "))]}\n"
    }
    return try """
    # Runs chosen by windtunnel design for a target of \(formatFLOPs(design.target.flops)): \
    \(design.runs.runCount) runs, \(formatFLOPs(design.runs.flops)) together.
    # Make them with Experiments/reference-trainer/sweep.py --definition THIS --output FOLDER. Training settings and the
    # learning-rate rule are those of Experiments/pilot.yaml, found at 10K to 500K parameters: check them at other sizes.
    schema: windtunnel.pilot/1
    name: \(jsonText(name))

    training: {length: 128, batch: 4, warmup: 0.05, final_lr: 0.1, weight_decay: 0.1, clip: 1.0}
    evaluation: {eval_windows: 2048, curve_windows: 64, curve_points: 18}
    learning_rate: {value: 0.0065, at_params: 33000, exponent: -0.4}

    sizes:
    \(shapeLines.joined())
    stages:
      - name: design
        output: runs.csv
        curves: curves.csv
        runs:
    \(runs.joined())
    """
  }

  /// A text as YAML reads it whatever it holds: JSON's quotes are YAML's.
  private func jsonText(_ text: String) throws -> String {
    String(decoding: try JSONEncoder().encode(text), as: UTF8.self)
  }
}
