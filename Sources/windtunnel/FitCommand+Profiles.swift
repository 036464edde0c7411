import ScalingLaws

extension FitCommand {
  func runProfiles(_ loaded: RunOptions.Loaded) throws {
    throw UsageError("--approach \(approach) is not here yet")
  }
}
