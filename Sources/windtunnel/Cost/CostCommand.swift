import ArgumentParser

struct CostCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cost",
    abstract: "Estimate the cost of training on a cluster, calibrate it with measured steps, and compare it with them.",
    discussion: """
      Examples:
        windtunnel cost --model llama-3-8b --cluster 64xH100 --tokens 1T
        windtunnel cost calibrate steps.csv --output calibration.json
        windtunnel cost check steps.csv --calibration calibration.json
      """,
    subcommands: [CostEstimateCommand.self, CostCalibrateCommand.self, CostCheckCommand.self],
    defaultSubcommand: CostEstimateCommand.self)
}
