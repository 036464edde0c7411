import Fitting
import Formulas
import Tables

extension Law {
  /// The name of the multi-power law; its columns are made from the learning rates of a table.
  public static let multiPowerName = "multi-power"
  /// The name of the multi-power law over several model sizes.
  public static let multiPowerSizesName = "multi-power-sizes"

  /// The laws over one piece of a schedule; see ``ofAllPieces()``.
  static func multiPowerLaws() throws -> [Law] { [try multiPower(pieces: 1), try multiPowerSizes(pieces: 1)] }

  /// Whether this law describes whole curves, over columns that are made from learning rates.
  public var isOfSchedules: Bool { Self.isOfSchedules(name) }

  public static func isOfSchedules(_ name: String) -> Bool { name == multiPowerName || name == multiPowerSizesName }

  /// This law of schedules over as many pieces as tables have; published parameters are of a law of one piece.
  func ofAllPieces() throws -> Law {
    guard variable(of: RunTable.scheduleColumns(RunTable.schedulePieces)[0]) == nil else { return self }
    let whole: Law =
      name == Self.multiPowerSizesName
      ? try .multiPowerSizes(pieces: RunTable.schedulePieces) : try .multiPower(pieces: RunTable.schedulePieces)
    var law = self
    law.writtenFormula = whole.writtenFormula
    law.variables = whole.variables
    return law
  }

  /// Luo et al. 2025 (arXiv 2503.12811), equation 4: the loss at a step of any learning-rate schedule,
  /// `L(t) = L0 + A S1(t)^−alpha + B Σ_k (η_k − η_{k−1}) [1 − (1 + C η_k^−gamma S_k(t))^−beta]`, S1 the learning rate
  /// summed over all steps up to t, S_k since step k.
  ///
  /// The sum goes over pieces of the schedule (see ``LearningRateSchedule``): `d_i` is the change of the rate in one,
  /// `h_i` the rate after it and `s_i` the rate summed since.
  static func multiPower(pieces: Int) throws -> Law {
    Law(
      name: multiPowerName, family: .data,
      title: "the whole loss curve under any learning-rate schedule, from columns step and lr",
      formula: try Formula("L0 + \(alongSchedule(pieces))"), variables: scheduleVariables(pieces),
      parameters: scheduleParameters,
      presets: [
        Preset(
          name: "luo2025-25m",
          values: [3.04045406, 0.52468604, 0.50786857, 363.78751622, 2.06560812, 0.58279013, 0.64142257],
          note: note("25M")),
        Preset(
          name: "luo2025-100m",
          values: [2.6514477, 0.60115152, 0.45295811, 437.9464276, 2.13245612, 0.59785199, 0.65523644],
          note: note("100M")),
        Preset(
          name: "luo2025-400m",
          values: [2.37474466, 0.65421216, 0.42878731, 523.42464371, 2.02462735, 0.59350493, 0.63472457],
          note: note("400M")),
      ],
      notes: [
        "The sum begins with the warm-up: the rise of the rate from 0 counts as its later changes do. Give its rows, "
          + "or its length with --warmup; without either, an immediate rise is assumed.",
        "C, beta, gamma and B are correlated: a few schedules leave them undetermined along a valley on which the "
          + "curves of other schedules hardly differ. Fit at least one schedule that decays and one that does not.",
        "The published parameters come from a search that stopped early: on their three training curves the summed "
          + "Huber objective is 0.00030 for 25M parameters, and 0.00014 at the optimum; both predict the other curves "
          + "equally well.",
        "The points of a curve are not independent runs: use --resample group:COLUMN with the column that "
          + "distinguishes curves, or the intervals are too narrow.",
        "The sum over steps is taken over 32 pieces of the schedule, which changes the loss by a few 1e-5 of itself.",
        "L0 is the floor of this model size and data; learning rates are those of the runs, and another peak rate is "
          + "an extrapolation.",
      ],
      citation: "Luo et al. 2025, A Multi-Power Law for Loss Curve Prediction Across Learning Rate Schedules, eq. 4")
  }

  /// The multi-power law with the term of model size of Hoffmann et al. 2022 (equation 2), `K/N^kappa`: one fit to the
  /// curves of several sizes. The combination is this project's own.
  static func multiPowerSizes(pieces: Int) throws -> Law {
    Law(
      name: multiPowerSizesName, family: .data,
      title: "whole loss curves of several model sizes under any schedule, from columns params, step and lr",
      formula: try Formula("L0 + K/N^kappa + \(alongSchedule(pieces))"),
      variables: [Variable("N", column: "params")] + scheduleVariables(pieces),
      parameters: scheduleParameters + [.positive("K", 1...1e4), .positive("kappa", 0.1...0.8)],
      notes: [
        "The combination is ours and not published: on 15 curves of byte-level transformers of 3K to 33K parameters "
          + "its residuals were 3.7 %, and along a run of ten times their compute it predicted losses 0.4 to 13 % too "
          + "high.",
        "Sizes share all parameters of the schedule. If their peak rates fall with size, as they should, A and C "
          + "absorb part of that; beyond the sizes of the fit this extrapolates twice.",
        "Give the warm-up by its rows, or its length with --warmup, and resample whole curves, as for multi-power.",
      ],
      citation: "Luo et al. 2025, eq. 4, with the size term of Hoffmann et al. 2022, eq. 2")
  }

  /// The terms of a schedule.
  private static func alongSchedule(_ pieces: Int) -> String {
    let terms = (1...max(1, pieces)).map { "d_\($0)*(1 - (1 + C*s_\($0)/h_\($0)^gamma)^(-beta))" }
    return "A/S^alpha + B*(\(terms.joined(separator: " + ")))"
  }

  private static func scheduleVariables(_ pieces: Int) -> [Variable] {
    [Variable("S", column: RunTable.rateSumColumn, span: 0.1...100)]
      + (1...max(1, pieces)).flatMap { index in
        zip(["d", "h", "s"], RunTable.scheduleColumns(index)).map { letter, column in
          Variable("\(letter)_\(index)", column: column, span: spans[letter], isPiece: true)
        }
      }
  }

  private static let scheduleParameters: [ParameterDomain] = [
    .positive("L0", 0.5...4), .positive("A", 0.1...5), .positive("alpha", 0.2...1), .positive("B", 50...2000),
    .positive("C", 0.1...20), .positive("beta", 0.1...1.5), .real("gamma", 0.1...1),
  ]

  private static func note(_ size: String) -> String {
    "Luo et al. 2025, as released with their program, \(size) parameters, fitted to three schedules of peak rate 3e-4 "
      + "after 2160 steps of warm-up"
  }

  /// Rates change by 1e-5 and more, and are summed over thousands of steps.
  private static let spans: [String: ClosedRange<Double>] = ["d": 1e-5...3e-4, "h": 1e-5...1e-3, "s": 0.01...10]
}
