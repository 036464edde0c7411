import Report
import Synchronization
import Testing

@Suite("Progress and terminals")
struct ProgressBarTests {
  /// A clock and a screen that a test moves and reads.
  private final class Bench: Sendable {
    let time = Mutex(0.0)
    let printed = Mutex<[String]>([])

    func bar(total: Int, interactive: Bool = true) -> ProgressBar {
      ProgressBar(
        "fitting", total: total, terminal: Terminal(isInteractive: interactive, columns: 60, usesColor: false),
        now: { self.time.withLock { $0 } }, write: { text in self.printed.withLock { $0.append(text) } })
    }

    func wait(_ seconds: Double) { time.withLock { $0 += seconds } }
    var lines: [String] { printed.withLock { $0 } }
  }

  @Test("Work shorter than half a second prints nothing")
  func quickWork() {
    let bench = Bench()
    let bar = bench.bar(total: 10)
    for _ in 0..<10 {
      bench.wait(0.04)
      bar.advance()
    }
    bar.finish()
    #expect(bench.lines.isEmpty)
  }

  @Test("Longer work shows count, rate and time left, at most ten times a second, and clears its line")
  func longWork() {
    let bench = Bench()
    let bar = bench.bar(total: 400)
    for _ in 0..<200 {
      bench.wait(0.01)
      bar.advance()
    }
    bar.finish()
    bar.finish()
    let lines = bench.lines
    #expect((15...16).contains(lines.dropLast().count))
    #expect(lines.last == "\r\u{1B}[2K")
    #expect(lines.first?.hasPrefix("\r\u{1B}[2Kfitting ━━━") == true)
    #expect(lines.first?.hasSuffix("─ 50/400  100/s  4s left") == true)
  }

  @Test("A stream that is not a terminal gets nothing")
  func noTerminal() {
    let bench = Bench()
    let bar = bench.bar(total: 2, interactive: false)
    bench.wait(5)
    bar.advance()
    bar.finish()
    #expect(bench.lines.isEmpty)
  }

  @Test("Many threads may advance one bar, and no count overflows")
  func threads() async {
    let bench = Bench()
    let bar = bench.bar(total: 1000)
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<8 { group.addTask { for _ in 0..<100 { bar.advance() } } }
    }
    bench.wait(1)
    bar.advance(by: 100)
    #expect(bench.lines.last?.contains("900/1000") == true)
    bench.wait(1)
    bar.advance(by: .max)
    #expect(bench.lines.last?.contains("1000/1000") == true)
    bench.wait(1)
    bar.advance(by: .min)
    #expect(bench.lines.last?.contains("0/1000") == true)
  }

  @Test("Styles vanish if color is off")
  func styles() {
    #expect(Terminal(isInteractive: false, usesColor: false).styled("careful", .warning) == "careful")
    #expect(Terminal(isInteractive: true, usesColor: true).styled("careful", .warning) == "\u{1B}[33mcareful\u{1B}[0m")
    #expect(Terminal.standardOutput.columns > 0)
  }
}
