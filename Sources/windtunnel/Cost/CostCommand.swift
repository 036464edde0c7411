import ArgumentParser

struct CostCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cost",
    abstract: "Say what training takes on a cluster, calibrate that with measured steps, and check it against them.",
    discussion: """
      Examples:
        windtunnel cost --model llama-3-8b --cluster 64xH100 --tokens 1T
        windtunnel cost calibrate steps.csv --output calibration.json
        windtunnel cost check steps.csv --calibration calibration.json
      """,
    subcommands: [CostEstimateCommand.self, CostCalibrateCommand.self, CostCheckCommand.self],
    defaultSubcommand: CostEstimateCommand.self)
}
