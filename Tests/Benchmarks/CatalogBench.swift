import Fitting
import Foundation
import ScalingLaws
import Tables

/// A law of the catalog on public runs.
struct CatalogCase {
  let law: String
  let file: String
  var condition: String?
  var renames: [String: String] = [:]
  var target: String?
  var warmup = 0.0
  /// The columns whose groups are fitted each by themselves.
  var by: [String] = []
  var dropHighestLoss = 0

  /// The folder of public run tables next to the checkout, which users need not have.
  static let folder = "../shared/data/laws"

  static let all: [CatalogCase] = [
    .init(law: "chinchilla", file: "chinchilla_epoch_svg.csv", dropHighestLoss: 5),
    .init(law: "kaplan-nd", file: "chinchilla_epoch_svg.csv"),
    .init(law: "data-constrained", file: "dataconstrained_182.csv"),
    .init(
      law: "over-training", file: "gadre_overtraining_104.csv", condition: "train_set == 'c4_original'",
      target: "loss_c4_val"),
    .init(law: "vocabulary", file: "vocab_scaling_1200.csv", renames: ["Lossu": "loss_unigram_normalised"]),
    .init(law: "parallel-scaling", file: "parscale.csv", condition: "dataset == 'pile'"),
    .init(law: "data-mixing", file: "datamix_2domain.csv", target: "loss_Github"),
    .init(
      law: "multi-power", file: "multipower_loss_curves.csv",
      condition:
        "model_M == 25 && (schedule == 'cosine_24000' || schedule == 'constant_24000' || schedule == 'wsdcon_9')",
      warmup: 2160),
    .init(
      law: "steps-to-target", file: "zhang_cbs_steps_to_target.csv", condition: "params_M == 85"),
    .init(
      law: "clark-routed", file: "clark_routed_final.csv",
      renames: ["dense_parameter_count": "dense_params", "num_experts": "experts"], target: "loss_validation"),
    .init(
      law: "rectified", file: "rectified_finetune_loss.csv", condition: "train_examples > 0", by: ["task", "model"]),
    .init(
      law: "task-loss", file: "olmo_ladder_step1.csv",
      condition: "split == 'train' && task == 'arc_challenge_test_5shot'"),
    .init(
      law: "task-accuracy", file: "olmo_ladder_step2.csv",
      condition: "split == 'train' && task == 'arc_challenge_test_5shot'"),
    .init(
      law: "bnsl", file: "bnsl_benchmark_lang.csv", condition: "Domain == 'LM' && Model == '1.07e+09'",
      renames: ["Seen Examples": "x", "Loss": "loss"]),
    .init(law: "kaplan-c", file: "protein_training_curves.csv", condition: "objective == 'CLM'"),
  ]

  var title: String { law + (by.isEmpty ? "" : ", each \(by.joined(separator: " and "))") }

  /// The law, and each table that it is fitted to.
  func problems() throws -> (law: Law, runs: [RunTable]) {
    var runs = try RunTable(Table.read("\(Self.folder)/\(file)"), renames: renames)
    if let condition { runs = try runs.filtered(where: condition).table }
    if dropHighestLoss > 0 { runs = try runs.droppingHighestLoss(dropHighestLoss).table }
    if law == Law.multiPowerName { runs = try runs.addingSchedule(warmup: warmup, target: "loss") }
    let own = try LawCatalog().law(law, over: runs)
    let law = target.map { own.predicting($0) } ?? own
    guard !by.isEmpty else { return (law, [runs]) }
    return (law, try runs.grouped(by: by).map { runs.selecting(rows: $0.rows) })
  }
}

/// The fits of one case, as a command makes them but for the bootstrap.
struct CatalogBench {
  let law: Law
  let runs: [RunTable]
  let fits: [LawFit]
  let plain: Double
  /// With the report on sensitivity and identifiability that one fit is given unless refused.
  let reported: Double?

  init(_ bench: CatalogCase) throws {
    let (law, runs) = try bench.problems()
    var settings = FitProtocol()
    settings.resamples = 0
    if runs.count > 1 { settings.starts = try law.startsByGroup() }
    var fits: [LawFit] = []
    var plain = Double.infinity
    for _ in 0..<3 {
      plain = min(plain, try seconds { fits = try runs.map { try LawFit(law, to: $0, settings) } })
    }
    self.law = law
    self.runs = runs
    self.fits = fits
    self.plain = plain
    let all = fits
    reported =
      all.count > 1
      ? nil
      : plain
        + seconds {
          _ = all[0].examine()
          _ = all[0].diagnostics
        }
  }

  var objective: Double { fits.reduce(0) { $0 + $1.optimum.value } }
  var rowCount: Int { runs.reduce(0) { $0 + $1.rowCount } }
  var starts: Int { fits.map(\.optimum.starts.tried).max() ?? 1 }

  /// What scipy's script reads.
  func specification() throws -> Data {
    func scale(_ kind: Objective.Kind) -> (name: String, scale: Double)? {
      switch kind {
      case .leastSquares: ("l2", 1)
      case .huber(let delta): ("huber", delta)
      default: nil
      }
    }
    guard let (kind, delta) = scale(law.objective.kind) else { throw CocoaError(.featureUnsupported) }
    let parameters = law.parameters.map { domain -> [String: Any] in
      [
        "name": domain.name, "positive": domain.startsLogarithmic && domain.lower == 0,
        "low": domain.startRange.lowerBound, "high": domain.startRange.upperBound,
      ]
    }
    let tables = try fits.map { fit -> [String: Any] in
      let columns = Dictionary(zip(law.variables.map(\.name), fit.columns), uniquingKeysWith: { first, _ in first })
      return ["columns": columns, "observed": try fit.runs.values(named: law.target)]
    }
    return try JSONSerialization.data(withJSONObject: [
      "formula": law.formula.expressionText, "kind": kind, "scale": delta, "residual": law.objective.residual.rawValue,
      "parameters": parameters, "tables": tables, "starts": starts,
    ])
  }
}
