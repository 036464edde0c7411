import RunStore
import Search
import Studies

/// An event of a ``SearchSession``.
public enum SearchEvent: Sendable {
  /// A table of trials that were run before, as the experiment's `earlier` names it.
  case earlierTrials(EarlierTrials)
  /// A trial ended, and its result is in the store.
  case trialEnded(EndedTrial)
  /// The engine stopped answering, with its reason; nil when it answers again.
  case engineTrouble(String?)
  /// The budget is spent, or nothing is left to try. No event comes after this one.
  case finished(SearchOutcome)
}

/// A trial that ended, and how the search stands then.
public struct EndedTrial: Sendable {
  /// The trial with its outcome.
  public let trial: Study.Trial
  /// The record of its run; nil for a trial that was stopped before this session.
  public let record: TrialRecord?
  /// The best trial so far; nil before the first, and for several goals.
  public let best: Study.Trial?
  /// The loss of the best trial, to be minimized.
  public let bestLoss: Double?
  /// The number of trials that no other dominates, of a search for several goals.
  public let frontCount: Int
  /// The part of the budget that is spent.
  public let spent: Spending

  init(_ trial: Study.Trial, _ record: TrialRecord?, _ study: Study, _ spent: Spending) {
    (self.trial, self.record, self.spent) = (trial, record, spent)
    (best, bestLoss, frontCount) = (study.best, study.bestLoss, study.front.members.count)
  }
}

/// The result of a search.
public struct SearchOutcome: Sendable {
  /// The study with all of its trials.
  public let study: Study
  /// The result as a document, `windtunnel.study/1`.
  public let document: StudyDocument
}
