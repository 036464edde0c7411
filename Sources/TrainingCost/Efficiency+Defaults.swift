extension Efficiency {
  /// The constants to begin with where nothing was measured.
  public static func standard(for accelerator: Accelerator) -> Efficiency {
    Efficiency()
  }
}
