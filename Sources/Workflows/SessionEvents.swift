import Synchronization

/// The events of a session in their order; the last one carries its result.
///
/// The session begins when the first event is asked for, and never waits for who reads the events. Cancelling the task that
/// reads them stops it: events go on coming until all that the session started is wound down, and then the sequence throws
/// `CancellationError`. A session whose events nobody reads any more is stopped in the same way.
///
/// ```swift
/// for try await event in SearchSession(experiment).events() {
///   switch event {
///   case .trialEnded(let ended): print(ended.trial.number, ended.bestLoss ?? .nan)
///   case .finished(let outcome): print(outcome.document)
///   default: break
///   }
/// }
/// ```
public struct SessionEvents<Event: Sendable>: AsyncSequence, Sendable {
  private let body: @Sendable (_ emit: @escaping @Sendable (Event) -> Void) async throws -> Void

  init(_ body: @escaping @Sendable (_ emit: @escaping @Sendable (Event) -> Void) async throws -> Void) {
    self.body = body
  }

  public func makeAsyncIterator() -> Iterator { Iterator(session: RunningSession(body)) }

  /// Reads the events of one run of the session.
  public struct Iterator: AsyncIteratorProtocol {
    fileprivate let session: RunningSession<Event>

    /// The next event; nil after the last.
    ///
    /// - Throws: what ended the session; `CancellationError` where the task was cancelled.
    public mutating func next() async throws -> Event? { try await session.next() }
  }
}

/// A session's task and the events of it that were not read yet.
private final class RunningSession<Event: Sendable>: Sendable {
  private let mailbox = Mailbox<Event>()
  private let body: @Sendable (@escaping @Sendable (Event) -> Void) async throws -> Void
  private let task = Mutex<Task<Void, Never>?>(nil)

  init(_ body: @escaping @Sendable (@escaping @Sendable (Event) -> Void) async throws -> Void) { self.body = body }

  deinit { task.withLock { $0?.cancel() } }

  func next() async throws -> Event? {
    begin()
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { mailbox.read($0) }
    } onCancel: {
      task.withLock { $0?.cancel() }
    }
  }

  private func begin() {
    task.withLock { task in
      guard task == nil else { return }
      // The task must not keep this object, whose end is what cancels it.
      task = Task { [mailbox, body] in
        do {
          try await body { mailbox.add($0) }
          mailbox.end(.success(()))
        } catch {
          mailbox.end(.failure(error))
        }
      }
    }
  }
}

/// Events in their order, for one reader.
private final class Mailbox<Event: Sendable>: Sendable {
  typealias Reader = CheckedContinuation<Event?, any Error>

  private struct State {
    /// In their order.
    var events: [Event] = []
    /// The events before them, the oldest last.
    var ready: [Event] = []
    var end: Result<Void, any Error>?
    var reader: Reader?

    /// The answer to a reader; nil where there is none yet.
    mutating func answer() -> Result<Event?, any Error>? {
      if ready.isEmpty {
        ready = events.reversed()
        events = []
      }
      if let event = ready.popLast() { return .success(event) }
      guard let end else { return nil }
      // An error is thrown once.
      self.end = .success(())
      return end.map { nil }
    }
  }

  private let state = Mutex(State())

  func add(_ event: Event) { change { $0.events.append(event) } }

  func end(_ end: Result<Void, any Error>) { change { $0.end = end } }

  func read(_ reader: Reader) { change { $0.reader = reader } }

  private func change(_ body: (inout sending State) -> Void) {
    let answered = state.withLock { state -> (Reader, Result<Event?, any Error>)? in
      body(&state)
      guard let reader = state.reader, let answer = state.answer() else { return nil }
      state.reader = nil
      return (reader, answer)
    }
    if let (reader, answer) = answered { reader.resume(with: answer) }
  }
}
