import Documents

extension Layout: DocumentChecked {
  /// The most devices of a layout, whose product must be a number.
  static let mostDevices = 1_000_000_000

  public func check() throws(DocumentFault) {
    let counts = [
      ("data", data), ("tensor", tensor), ("pipeline", pipeline), ("context", context), ("expert", expert),
      ("chunks", virtualStages), ("micro_batch", microBatch), ("shard_group", shardGroup ?? 1),
    ]
    for (name, count) in counts where !(1...Self.mostDevices).contains(count) {
      throw DocumentFault(name, "it should be a whole number from 1 to \(Self.mostDevices)")
    }
    let devices = [data, tensor, pipeline, context].reduce(1.0) { $0 * Double($1) }
    guard devices <= Double(Self.mostDevices) else {
      throw DocumentFault("data", "the layout takes more than \(Self.mostDevices) devices")
    }
    guard (0...1).contains(offload) else {
      throw DocumentFault("offload", "it should be a share of the activations, from 0 to 1")
    }
  }
}
