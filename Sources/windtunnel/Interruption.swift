import Dispatch
import Foundation
import Synchronization

/// The reaction to Ctrl-C, pressed once or again, or to a request by the system to end the process.
final class Interruption {
  private let sources: [any DispatchSourceSignal]

  init(first: @escaping @Sendable () -> Void, second: @escaping @Sendable () -> Void) {
    let queue = DispatchQueue(label: "windtunnel.interruption")
    sources = [SIGINT, SIGTERM].map { number in
      signal(number, SIG_IGN)
      return DispatchSource.makeSignalSource(signal: number, queue: queue)
    }
    let press = Press()
    for source in sources {
      source.setEventHandler {
        switch press.next() {
        case .first: first()
        case .second: second()
        case .echo: break
        }
      }
      source.resume()
    }
  }

  /// Returns the signals to the system.
  func end() {
    for source in sources { source.cancel() }
    for number in [SIGINT, SIGTERM] { signal(number, SIG_DFL) }
  }
}

private final class Press: Sendable {
  enum Meaning {
    case first, second
    /// One key press can arrive twice, from the terminal and from a program that forwards it.
    case echo
  }

  private let began = Mutex<ContinuousClock.Instant?>(nil)

  func next() -> Meaning {
    began.withLock { began in
      guard let first = began else {
        began = .now
        return .first
      }
      return ContinuousClock.now - first < .milliseconds(300) ? .echo : .second
    }
  }
}
