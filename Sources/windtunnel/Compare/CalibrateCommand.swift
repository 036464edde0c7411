import ArgumentParser
import Documents
import Fitting
import Foundation
import Report
import ScalingLaws
import Tables

struct CalibrateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "calibrate",
    abstract: "Measure by simulation how often the intervals of a law on these runs contain the truth.",
    discussion: """
      Runs of the same design are drawn from the law with its noise, fitted again, and each kind of interval is \
      compared with the parameters that the runs were drawn from. The truth is the law as fitted to the runs, or a \
      preset's parameters; the noise is that of the fit's residuals, or --noise.

      At a nominal 90 %, percentile intervals contain the truth in 88 to 93 % of 1,000 tables like Chinchilla's 240 \
      runs (least squares or Huber), in 91 to 94 % for kaplan-nd there, in 87 to 90 % for clark-routed and \
      over-training on their published runs, in 92 to 94 % for a rectified law on 14 sizes, and in 86 to 89 % (least \
      squares) or 92 to 96 % (Huber) for 44 pilot runs. On those, bca with Huber falls to 82 %, residuals to 78 % and \
      covariance to 47 %. For data-constrained on its 182 runs they contain the parameters in 92 to 93 %, and R_N, \
      which those runs do not bound above, in 98 %; on runs drawn from the published parameters, in 89 to 96 %.

      Examples:
        windtunnel calibrate chinchilla --design runs.csv
        windtunnel calibrate besiroglu2024 --design planned.csv --noise 0.01
        windtunnel calibrate chinchilla --design runs.csv --where "flops < 1e21"
        windtunnel calibrate my-law.yaml --design runs.csv --simulations 1000
      """)

  @Argument(help: "A law of the catalog, a preset, or a law file in YAML.")
  var law: String

  @Option(help: ArgumentHelp("The table of runs whose design is judged: CSV or JSON lines.", valueName: "file"))
  var design: String

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Normal noise of this deviation on the logarithm of the loss, instead of that of the fit: 0.01 for 1 %.",
      valueName: "deviation"))
  var noise: Double?

  @Option(help: ArgumentHelp("The objective of the fits; default: the law's own.", valueName: "kind"))
  var objective: String?

  @Option(parsing: .unconditional, help: ArgumentHelp("The number of tables to draw and fit.", valueName: "N"))
  var simulations = 200

  @Option(parsing: .unconditional, help: ArgumentHelp("Bootstrap resamples of each.", valueName: "N"))
  var bootstrap = 400

  @Option(parsing: .unconditional, help: ArgumentHelp("The level of the intervals.", valueName: "level"))
  var interval = 0.9

  @OptionGroup(title: "Runs of the design") var subset: SubsetOptions
  @OptionGroup(title: "Computing") var computing: ComputingOptions
  @OptionGroup(title: "Output") var output: OutputOptions

  func validate() throws {
    try checkInterval(interval)
    if !(20...100_000).contains(simulations) {
      throw ValidationError("--simulations must be from 20 to 100000, not \(simulations)")
    }
    if !(50...100_000).contains(bootstrap) {
      throw ValidationError("--bootstrap must be from 50 to 100000, not \(bootstrap)")
    }
    if let noise, !(noise > 0 && noise < 1) {
      throw ValidationError("--noise must be between 0 and 1, as 0.01 for 1 %, not \(noise)")
    }
  }

  func run() throws {
    try output.prepare()
    let loaded = try subset.load(design)
    var runs = loaded.runs
    let preset = try? LawCatalog().preset(law)
    let law = try preset?.law ?? LawOptions.law(named: law, over: runs)
    if try runs.resolve(law.target) == nil {
      guard let preset, noise != nil else {
        throw UsageError(
          "\(design) has no column '\(law.target)' to fit; to judge a design before it is run, name a preset and "
            + "--noise"
        )
      }
      runs = try runs.predicting(preset.law, preset.preset.values)
    }
    var settings = FitProtocol(threads: computing.threadCount)
    settings.resamples = 0
    if let objective {
      settings.objective = Objective(try Objective.Kind(parsing: objective), residual: law.objective.residual)
    }
    let fit = try LawFit(law, to: runs, settings)
    var simulation = Calibration.Settings(threads: computing.threadCount)
    simulation.simulations = simulations
    simulation.resamples = bootstrap
    simulation.level = interval
    simulation.seed = computing.seed
    let bar = ProgressBar("simulations", total: simulations)
    var calibration: Calibration
    do throws(LawError) {
      calibration = try Calibration(
        of: fit, truth: preset?.preset.values, noise: noise.map { NoiseModel(normal: $0, runs: runs.rowCount) },
        simulation
      ) { bar.advance(by: $0) }
    } catch {
      throw TableError(.badData, file: runs.table.name, message: error.description)
    }
    bar.finish()
    calibration.exclusions = loaded.exclusions.isEmpty ? nil : loaded.exclusions
    try output.emit(calibration)
  }
}
