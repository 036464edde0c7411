/// The units of the metrics that go by our names.
enum MetricUnits {
  static let known = [
    "step": "step", "tokens": "token", "loss": "nat/token", "train_loss": "nat/token", "subset_loss": "nat/token",
    "learning_rate": "1", "time": "s", "seconds_per_step": "s/step", "tokens_per_second": "token/s",
    "tflops": "TFLOP/s",
  ]
}
