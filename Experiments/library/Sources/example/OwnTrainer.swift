import Launch
import LaunchConformance
import TrainingCost
import Workflows

/// A trainer of one's own: one script, told everything by flags, which prints a JSON object for each step.
struct OwnTrainer: BackEnd {
  let name = "ours"

  func call(_ job: JobSpec, in directory: String) -> TrainerCall {
    // The whole job lies beside the run, for the choices that have no flag.
    TrainerCall(
      ["train.py", "--job", "\(directory)/job.json", "--lr", "\(job.optimizer.learningRate)"]
        + job.settings.flatMap { ["--\($0.name)", $0.value] },
      processes: .perDevice, files: [.init("notes.txt", "\(job)")], metrics: .jsonLines)
  }
}

/// The commands by which an engine would run a plan's model with the trainer.
func rehearse(params: Double, tokens: Double) async throws -> [String] {
  let shape = try proposeShapes(params: params)[0].shape
  let job = JobSpec(
    name: "planned", trainer: .init("ours"), model: shape,
    training: .init(tokens: tokens, sequence: 1024, batch: 64), optimizer: .init(learningRate: 3e-4),
    schedule: .init(warmupSteps: 100))
  let session = try LaunchSession(
    [job], directory: "runs/planned", engine: EngineChoice(SlurmEngine.Options(partition: "gpu")),
    trainers: .builtIn.adding(OwnTrainer()))
  return try await session.rehearsal().commands
}
