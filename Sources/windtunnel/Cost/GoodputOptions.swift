import ArgumentParser
import Tables
import TrainingCost

/// Failures, checkpoints and restarts of a long run.
struct GoodputOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The time that a checkpoint stops training: 30s, 2min.", valueName: "time"))
  var checkpoint = "30s"

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The time from a failure until training continues: 10min.", valueName: "time"))
  var restart = "10min"

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Mean time between failures of one accelerator: 50000h; default: the one observed for Llama 3.",
      valueName: "time"
    ))
  var mtbf: String?

  func goodput(devices: Int) throws -> Goodput {
    let failures = FailureAssumptions(
      devices: devices, hoursBetweenFailures: try mtbf.map { try parseDuration($0) / 3600 },
      checkpoint: .seconds(try parseDuration(checkpoint)), restartSeconds: try parseDuration(restart))
    return try failures.goodput()
  }
}
