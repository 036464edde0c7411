import Foundation

/// Runs drawn from a law of known parameters, with seeded noise on the logarithm of the loss.
enum Runs {
  static let truth = (e: 1.8, a: 480.0, b: 2000.0, alpha: 0.35, beta: 0.366)

  static func loss(_ params: Double, _ tokens: Double) -> Double {
    truth.e + truth.a / pow(params, truth.alpha) + truth.b / pow(tokens, truth.beta)
  }

  struct Run {
    let params: Double
    let tokens: Double
    var flops: Double { 6 * params * tokens }
    let loss: Double
  }

  /// Ten runs of each of six sizes.
  static func grid(noise: Double = 0.002) -> [Run] {
    var noises = Noise()
    return [2e7, 6e7, 2e8, 6e8, 2e9, 6e9].flatMap { params in
      (0..<10).map { step in
        let tokens = params * pow(10, -0.4 + 0.3 * Double(step))
        return Run(params: params, tokens: tokens, loss: loss(params, tokens) * exp(noise * noises.normal()))
      }
    }
  }

  /// Seven sizes around the best at each of five budgets.
  static func profiles(noise: Double = 0.0005) -> [Run] {
    var noises = Noise()
    let sum = truth.alpha + truth.beta
    let scale = pow(truth.alpha * truth.a / (truth.beta * truth.b), 1 / sum)
    return [1e18, 3e18, 1e19, 3e19, 1e20].flatMap { flops in
      [-1.2, -0.8, -0.4, 0, 0.4, 0.8, 1.2].map { step in
        let params = scale * pow(flops / 6, truth.beta / sum) * exp(step)
        let tokens = flops / 6 / params
        return Run(params: params, tokens: tokens, loss: loss(params, tokens) * exp(noise * noises.normal()))
      }
    }
  }

  /// Runs along tokens = 20 params: nothing can tell size from tokens there.
  static func ray(noise: Double = 0.002) -> [Run] {
    var noises = Noise()
    return (0..<30).map { step in
      let params = 1e7 * pow(10, 0.1 * Double(step))
      return Run(params: params, tokens: 20 * params, loss: loss(params, 20 * params) * exp(noise * noises.normal()))
    }
  }

  static func csv(_ runs: [Run], header: String = "params,tokens,flops,loss") -> String {
    header + "\n" + runs.map { "\($0.params),\($0.tokens),\($0.flops),\($0.loss)\n" }.joined()
  }

  /// Numbers of a linear congruential generator (Knuth's MMIX constants), made normal by Box and Muller.
  struct Noise {
    private var state: UInt64 = 42

    mutating func uniform() -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return (Double(state >> 11) + 0.5) / Double(1 << 53)
    }

    mutating func normal() -> Double { (-2 * log(uniform())).squareRoot() * cos(2 * Double.pi * uniform()) }
  }
}
