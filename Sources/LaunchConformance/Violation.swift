/// A part of the contract of a trainer or an engine that is not kept.
public struct Violation: Sendable, Hashable, CustomStringConvertible {
  /// The parts of the contracts.
  public enum Rule: Sendable, Hashable {
    // Of trainers.

    /// A trainer takes at least one plain job.
    case takesPlainJobs
    /// The same job gives the same call.
    case sameCall
    /// A trait of a job changes the call, is refused or is named in a note.
    case traitKept(String)
    /// Files are in the job's directory, each once, and none is one of the launch's own.
    case filesInside
    /// Words and variables reach the trainer as they are, whatever a job's texts hold.
    case wordsWhole
    /// A command started once for each accelerator is a Python script or module.
    case scriptPerDevice
    /// The metrics can be read where the call says that they are written.
    case metricsReadable

    // Of engines.

    /// Limits and waiting times make sense.
    case limits
    /// A rehearsal does nothing.
    case rehearsal
    /// Every job that is submitted gets a handle of its own, and runs once.
    case submit
    /// A script is run with its attempt's number, and its end is written down.
    case attempt
    /// Every job that is looked at gets its state: there while it runs, gone when it has ended.
    case look
    /// A batch that came through is found with its handles; jobs of one that did not are either not found, or run.
    case find
    /// A job that is cancelled ends with all of its processes, and one that has ended is left as it is.
    case cancel
    /// A job waits for those that it comes after, where the engine orders jobs.
    case order
  }

  public let rule: Rule
  /// The violation in a sentence.
  public let description: String

  init(_ rule: Rule, _ description: String) { (self.rule, self.description) = (rule, description) }
}
