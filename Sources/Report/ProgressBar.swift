import Documents
import Foundation
import Synchronization

/// A line on standard error that shows the progress of long work.
///
/// It appears only on an interactive terminal and only after half a second of work, is redrawn at most ten
/// times a second, and is erased at the end. Any thread may advance it.
public final class ProgressBar: Sendable {
  private let label: String
  private let total: Int
  private let terminal: Terminal
  private let now: @Sendable () -> Double
  private let write: @Sendable (String) -> Void
  private let state: Mutex<State>

  private struct State {
    var done = 0
    var started: Double
    var drawn: Double?
    var finished = false
  }

  /// A bar for `total` pieces of work on standard error.
  public convenience init(_ label: String, total: Int) {
    let started = ContinuousClock.now
    self.init(
      label, total: total, terminal: .standardError,
      now: { (ContinuousClock.now - started) / .seconds(1) },
      write: { _ = writeAll(Array($0.utf8), to: STDERR_FILENO) })
  }

  /// A bar on any terminal: `now` gives the time in seconds and `write` takes the text to print.
  public init(
    _ label: String, total: Int, terminal: Terminal, now: @escaping @Sendable () -> Double,
    write: @escaping @Sendable (String) -> Void
  ) {
    self.label = singleLine(label)
    self.total = max(0, total)
    self.terminal = terminal
    self.now = now
    self.write = write
    state = Mutex(State(started: now()))
  }

  /// Counts `count` more pieces as done.
  public func advance(by count: Int = 1) {
    state.withLock { state in
      state.done = count > total - state.done ? total : max(0, state.done + count)
      guard terminal.isInteractive, !state.finished else { return }
      let time = now()
      guard time - state.started >= delay, time - (state.drawn ?? -.infinity) >= interval else { return }
      state.drawn = time
      // Drawn under the lock, so that two threads cannot write over each other.
      write("\r\u{1B}[2K" + line(done: state.done, seconds: time - state.started))
    }
  }

  /// Clears the line. Later calls do nothing.
  public func finish() {
    state.withLock { state in
      if state.drawn != nil, !state.finished { write("\r\u{1B}[2K") }
      state.finished = true
    }
  }

  deinit {
    finish()
  }

  private func line(done: Int, seconds: Double) -> String {
    let rate = Double(done) / seconds
    let left = done > 0 ? Double(total - done) / rate : .nan
    let count = "\(done)/\(total)"
    let tail = " \(count)  \(NumberText.count(rate))/s  \(duration(left)) left"
    let room = terminal.columns - 1 - displayWidth(label) - 1 - displayWidth(tail)
    guard room >= 8 else { return String("\(label) \(count)".prefix(max(0, terminal.columns - 1))) }
    let width = min(room, 30)
    let filled = total > 0 ? Int((Double(done) / Double(total) * Double(width)).rounded(.down)) : width
    let bar = String(repeating: "━", count: filled)
    let rest = terminal.styled(String(repeating: "─", count: width - filled), .dim)
    return "\(label) \(bar)\(rest)\(tail)"
  }
}

private let delay = 0.5
private let interval = 0.1

/// A length of time in short form: `8s`, `3m 20s`, `2h 05m`, `4d 3h`.
private func duration(_ seconds: Double) -> String {
  guard seconds.isFinite, seconds < 1e9 else { return "–" }
  let whole = Int(seconds.rounded(.up))
  switch whole {
  case ..<60: return "\(whole)s"
  case ..<3600: return "\(whole / 60)m \(padded(whole % 60))s"
  case ..<86_400: return "\(whole / 3600)h \(padded(whole / 60 % 60))m"
  default: return "\(whole / 86_400)d \(whole / 3600 % 24)h"
  }
}

private func padded(_ number: Int) -> String {
  number < 10 ? "0\(number)" : "\(number)"
}
