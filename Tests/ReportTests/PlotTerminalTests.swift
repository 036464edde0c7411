import Report
import Testing

@Suite("Plots in a terminal")
struct PlotTerminalTests {
  private let diagonal = Plot(
    title: "Loss", x: .init("compute", .log10, range: 1e18...1e20), y: .init("nats", range: 0...4),
    layers: [
      .line(.init(x: [1e18, 1e20], y: [4, 0], label: "law")),
      .points(.init(x: [1e19], y: [3], marker: .star, label: "run")),
    ])

  @Test("Lines are dots, points are marks, and axes carry their numbers")
  func snapshot() {
    #expect(
      diagonal.terminal(width: 27, height: 5) == """
        Loss
        nats
        4 ┤⠉⠑⠢⠤⣀
          │     ⠉⠒⠢⢄⣀  ★
        2 ┤          ⠉⠒⠤⢄⡀
          │              ⠈⠉⠒⠤⣀⡀
        0 ┤                   ⠈⠑⠒⠤⣀
          └┬──────────────────────┬
         10¹⁸                  10²⁰
                   compute
        ⠒⠒ law   ★ run

        """)
  }

  @Test("Spans fill the cells whose middle they cover, each layer in its shade")
  func spans() {
    let plot = Plot(
      x: .init("", range: 0...17), y: .init("", range: -0.5...3.5),
      layers: [
        .spans(.init(start: [0, 4, 8, 12], end: [4, 8, 12, 16], y: [3, 2, 1, 0], label: "forward")),
        .spans(.init(start: [8], end: [12], y: [3], shade: .light, label: "backward")),
      ])
    #expect(
      plot.terminal(width: 20, height: 4) == """
          │████    ░░░░
        2 ┤    ████
          │        ████
        0 ┤            ████
          └┬─────────┬──────
           0        10
        ██ forward
        ░░ backward

        """)
  }

  @Test("Escape sequences appear only where color is asked for")
  func color() {
    #expect(!diagonal.terminal().contains("\u{1B}"))
    #expect(diagonal.terminal(color: true).contains("\u{1B}[38;5;"))
  }

  @Test("Impossible terminal sizes are clamped", arguments: [-5, 0, 1, 100_000])
  func sizes(size: Int) {
    let lines = diagonal.terminal(width: size, height: size).split(separator: "\n")
    #expect(lines.count >= 6 && lines.count <= 600)
  }

  @Test("Every line fits the width")
  func width() {
    let plot = Plot(
      x: .init("x"), y: .init("y"),
      layers: (0..<12).map { .line(.init(x: [0, 1], y: [0, Double($0)], label: "series \($0)")) })
    #expect(plot.terminal(width: 50).split(separator: "\n").allSatisfy { $0.count <= 50 })
  }
}
