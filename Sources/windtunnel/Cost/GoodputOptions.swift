import ArgumentParser
import Tables
import TrainingCost

/// Failures, checkpoints and restarts of a long run.
struct GoodputOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("How long a checkpoint stops training: 30s, 2min.", valueName: "time"))
  var checkpoint = "30s"

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("From a failure until training goes on: 10min.", valueName: "time"))
  var restart = "10min"

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Mean time between failures of one accelerator: 50000h; what Llama 3's authors saw unless given.",
      valueName: "time"
    ))
  var mtbf: String?

  func goodput(devices: Int) throws -> Goodput {
    let failures = FailureAssumptions(
      devices: devices, hoursBetweenFailures: try mtbf.map { try parseDuration($0) / 3600 },
      checkpoint: .seconds(try parseDuration(checkpoint)), restartSeconds: try parseDuration(restart))
    return try TrainingCost.goodput(failures)
  }
}
