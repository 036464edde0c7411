import Foundation
import Testing

@testable import Launch

/// The binary logs. The files in Base64 were written by the libraries themselves.
@Suite struct MetricsLogTests {
  /// tensorboardX 2.6.5: `train/loss` and `lr` at the steps 0 and 10.
  private let tensorBoardX = bytes(
    """
    GAAAAAAAAACjf0siCZRBuZbawtpBGg1icmFpbi5FdmVudDoyllZXgx4AAAAAAAAA2dwSMgl5TbmW2sLaQSoTChEKCnRyYWluL2xvc3MVAABgQOQq
    YCMWAAAAAAAAAE9hvigJc1G5ltrC2kEqCwoJCgJschUAAAA/pLHWQSAAAAAAAAAAKe2pUAmCVLmW2sLaQRAKKhMKEQoKdHJhaW4vbG9zcxUAACBA
    qpogKBgAAAAAAAAAo39LIgnNVLmW2sLaQRAKKgsKCQoCbHIVAAAAP0ChtMo=
    """)
  /// The event file writer of tensorboard 2.21.0, which PyTorch uses: `epoch_loss` as a simple value, at 1 and 2.
  private let train = bytes(
    """
    SAAAAAAAAAD+kkidCfsgS0LawtpBGg1icmFpbi5FdmVudDoyUi4KLHRlbnNvcmJvYXJkLnN1bW1hcnkud3JpdGVyLmV2ZW50X2ZpbGVfd3JpdGVy
    G2BUuCAAAAAAAAAAKe2pUAkAAAAAAADwPxABKhMKEQoKZXBvY2hfbG9zcxUAAABAcealdSAAAAAAAAAAKe2pUAkAAAAAAADwPxACKhMKEQoKZXBv
    Y2hfbG9zcxUAAIA/TIa9Mw==
    """)
  /// `tensorboard.summary.Writer` of tensorboard 2.21.0: `epoch_loss` as a tensor, at 1 and 2.
  private let validation = bytes(
    """
    SAAAAAAAAAD+kkidCfYHS0LawtpBGg1icmFpbi5FdmVudDoyUi4KLHRlbnNvcmJvYXJkLnN1bW1hcnkud3JpdGVyLmV2ZW50X2ZpbGVfd3JpdGVy
    Yra4ODYAAAAAAAAAT1eM7wmnEEtC2sLaQRABKikKJwoKZXBvY2hfbG9zc0IKCAESACoEAAAAP0oNCgkKB3NjYWxhcnMgARGAFq82AAAAAAAAAE9X
    jO8JnhRLQtrC2kEQAiopCicKCmVwb2NoX2xvc3NCCggBEgAqBAAAgD5KDQoJCgdzY2FsYXJzIAHEIrfV
    """)
  /// The data store of wandb 0.18.7: a header, three lines of a history, a summary and the end.
  private let wandb = bytes(
    """
    OlcmQuG+ALqOwekNAAGqAQoKCAoGMC4xOC43349EZkwAAQgBEkgKCxIFX3N0ZXCCAQEwChISCnRyYWluL2xvc3OCAQMzLjUKDxIEbmVzdBIBYYIB
    AzAuNQoSEgRuZXN0EgFiggEGInRleHQiEgDg5/CjPAABCAISOAoSEgp0cmFpbi9sb3NzggEDTmFOCgsSBV9zdGVwggEBMQoREghfcnVudGltZYIB
    BDAuMjUSAggBSlWQFSoAAQgLEiYKEhIJZXZhbC9sb3NzggEEMC4yNQoMEgVfc3RlcIIBAjEwEgIICnLeKoclAAEaIwoNEgRiZXN0ggEEMC4yNQoS
    CglldmFsL2xvc3OCAQQwLjI1puV0fgMAAZIBAA==
    """)
  private let wandbLines = [
    "nest.a=0.5 step=0.0 train/loss=3.5", "_runtime=0.25 step=1.0 train/loss=nan", "eval/loss=0.25 step=10.0",
    "best=0.25",
  ]
  private let run = "wandb/offline-run-20260102_030405-abc/run-abc.wandb"

  @Test("checksums have their published values")
  func checksums() {
    #expect(Checksum.castagnoli("123456789".utf8) == 0xE306_9283)
    #expect(Checksum.ethernet("123456789".utf8) == 0xCBF4_3926)
  }

  @Test("the events of a step are one record, wherever the file was cut")
  func events() throws {
    let folder = try MetricsFolder()
    try folder.write(tensorBoardX, to: "tb/events.out.tfevents.1")
    #expect(
      try folder.all(.tensorBoard("tb")) == ["lr=0.5 step=0.0 train/loss=3.5", "lr=0.5 step=10.0 train/loss=2.5"])
    try expectSameWhenCut(tensorBoardX, at: "tb/events.out.tfevents.1", .tensorBoard("tb"))
    try expectSameWhenCut(validation, at: "tb/a/events.out.tfevents.1", .tensorBoard("tb"))
  }

  @Test("event files of one folder follow each other, those of others are told apart where a name asks for it")
  func folders() throws {
    let folder = try MetricsFolder()
    try folder.write(train, to: "tb/events.out.tfevents.1")
    var reader = try folder.reader(.tensorBoard("tb"))
    #expect(reader.read() == [["step": 1, "epoch_loss": 2]])
    try folder.write(tensorBoardX, to: "tb/events.out.tfevents.2")
    try folder.write("nothing", to: "tb/hparams.yaml")
    #expect(lines(reader.read()) == ["epoch_loss=1.0 step=2.0", "lr=0.5 step=0.0 train/loss=3.5"])

    try folder.write(train, to: "keras/train/events.out.tfevents.1")
    try folder.write(validation, to: "keras/validation/events.out.tfevents.1")
    let names = ["loss": MetricName("validation/epoch_loss"), "train_loss": MetricName("epoch_loss")]
    var told = try folder.reader(.tensorBoard("keras"), names: names)
    #expect(
      lines(told.read(atEnd: true)) == [
        "step=1.0 train_loss=2.0", "step=2.0 train_loss=1.0", "loss=0.5 step=1.0", "loss=0.25 step=2.0",
      ])
    #expect(told.problems.isEmpty)
    var mixed = try folder.reader(.tensorBoard("keras"))
    _ = mixed.read()
    #expect(
      mixed.problems.first?.contains("it is in 'train' and in 'validation'; ask for 'validation/epoch_loss'") == true)
  }

  @Test("a damaged event is skipped and told, and what follows is read", arguments: [0, 9, 13, 38])
  func damage(offset: Int) throws {
    // The second record, of a loss at step 0: its length, the length's checksum, the data.
    var damaged = tensorBoardX
    damaged[40 + offset] ^= 4
    let folder = try MetricsFolder()
    try folder.write(damaged, to: "tb/events.out.tfevents.1")
    var reader = try folder.reader(.tensorBoard("tb"))
    #expect(lines(reader.read(atEnd: true)) == ["lr=0.5 step=0.0", "lr=0.5 step=10.0 train/loss=2.5"])
    let what = offset < 12 ? "the length of a record" : "a record"
    #expect(reader.problems == ["events.out.tfevents.1: \(what) is damaged"])
  }

  @Test("no damaged byte goes unseen")
  func everyByte() throws {
    let folder = try MetricsFolder()
    for (bytes, name, source) in [
      (tensorBoardX, "tb/x.tfevents", MetricsSource.tensorBoard("tb")), (wandb, run, .wandb("wandb")),
    ] {
      for index in bytes.indices {
        for bit: UInt8 in [1, 128] {
          var damaged = bytes
          damaged[index] ^= bit
          try folder.write(damaged, to: name)
          var reader = try folder.reader(source)
          _ = reader.read(atEnd: true)
          #expect(!reader.problems.isEmpty, "byte \(index) of \(name)")
        }
      }
    }
  }

  @Test("a run of Weights & Biases has its history, and what only its summary has")
  func history() throws {
    let folder = try MetricsFolder()
    try folder.write(wandb, to: run)
    #expect(try folder.all(.wandb("")) == wandbLines)
    #expect(try folder.all(.wandb("wandb/offline-run-20260102_030405-abc")) == wandbLines)
    let named = try folder.all(.wandb("wandb"), names: ["loss": MetricName("eval/loss", factor: 2)])
    #expect(named[2] == "loss=0.5 step=10.0")
    try expectSameWhenCut(wandb, at: run, .wandb("wandb"))

    try folder.write("{\"best\": 0.125, \"_step\": 10, \"a\": {\"min\": 1, \"b\": true}}", to: "\(summary)")
    var reader = try folder.reader(.wandb("wandb"))
    #expect(lines(reader.read(atEnd: true)).last == "a.min=1.0 best=0.125 step=10.0")
    #expect(reader.read(atEnd: true).isEmpty)

    try folder.write("{\"_step\": 3, \"loss\": 2}\n", to: "wandb/run-20260102_030406-x/files/wandb-history.jsonl")
    #expect(reader.read() == [["step": 3, "loss": 2]])
    #expect(reader.problems.first?.hasSuffix("it has 2 runs; the latest is read, run-20260102_030406-x") == true)
  }

  private var summary: String { "wandb/offline-run-20260102_030405-abc/files/wandb-summary.json" }

  @Test("records of several blocks are put together, and the next block is read after a damaged one")
  func blocks() throws {
    let log = Self.log(
      (1..<30).map { Self.history(step: $0, noteLength: Int($0) * 500) } + [
        Self.history(step: 30, noteLength: 100_000), Self.history(step: 31, noteLength: 10),
      ])
    let folder = try MetricsFolder()
    try folder.write(log, to: run)
    let whole = try folder.all(.wandb("wandb"))
    #expect(whole == (1..<32).map { "loss=-\($0).0 step=\($0).0" })
    var reader = try folder.reader(.wandb("wandb"))
    var found: [[String: Double]] = []
    for length in stride(from: 0, through: log.count + 997, by: 997) {
      try folder.write(log.prefix(length), to: run)
      found += reader.read()
    }
    #expect(lines(found) == whole && reader.problems.isEmpty)
    // A length that goes beyond its block, and a checksum.
    for (offset, change) in [(12, UInt8(0xFF)), (7, 1)] {
      var damaged = log
      damaged[offset] ^= change
      try folder.write(damaged, to: run)
      var reader = try folder.reader(.wandb("wandb"))
      #expect(reader.read(atEnd: true).last == ["step": 31, "loss": -31])
      #expect(reader.problems.count == 1)
    }
  }

  /// A line of a history with its values as newer versions type them: an integer, and a text of some length.
  private static func history(step: UInt8, noteLength: Int) -> [UInt8] {
    func field(_ number: UInt8, _ body: [UInt8]) -> [UInt8] {
      var length = body.count
      var bytes = [number << 3 | 2]
      while length > 127 {
        bytes.append(UInt8(length & 127) | 128)
        length >>= 7
      }
      return bytes + [UInt8(length)] + body
    }
    // Of the signed type, where -n is 2n - 1.
    let integer: [UInt8] = [5 << 3, 2 * step - 1]
    let loss = field(1, field(1, Array("loss".utf8)) + integer)
    let note = field(1, field(1, Array("note".utf8)) + field(7, [UInt8](repeating: 65, count: noteLength)))
    return field(2, note + loss + field(2, [1 << 3, step]))
  }

  private static func log(_ records: [[UInt8]]) -> [UInt8] {
    var log: [UInt8] = Array(":W&B".utf8) + [0xE1, 0xBE, 0]
    for record in records {
      var rest = record[...]
      var isFirst = true
      repeat {
        var left = 32768 - log.count % 32768
        if left < 7 {
          log += [UInt8](repeating: 0, count: left)
          left = 32768
        }
        let piece = rest.prefix(left - 7)
        rest = rest.dropFirst(piece.count)
        let kind: UInt8 = isFirst ? (rest.isEmpty ? 1 : 2) : (rest.isEmpty ? 4 : 3)
        let sum = Checksum.ethernet([kind] + piece)
        log += (0..<4).map { UInt8(truncatingIfNeeded: sum >> (8 * $0)) }
        log += [UInt8(piece.count & 255), UInt8(piece.count >> 8), kind] + piece
        isFirst = false
      } while !rest.isEmpty
    }
    return log
  }

  @Test("messages of any bytes are read or refused")
  func anyBytes() {
    var state: UInt64 = 1
    for _ in 0..<20_000 {
      let message = (0..<Int(state >> 60)).map { index in UInt8(truncatingIfNeeded: state >> UInt64(index * 4)) }
      _ = TensorBoardEvent(message)
      _ = WandbRecord(message)
      _ = ProtobufFields.Value.bytes(message[...]).varints
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    }
    let huge: [UInt8] = [0x12] + [UInt8](repeating: 0xFF, count: 9) + [1]
    #expect(!ProtobufFields.isSound(huge[...]))
    #expect(ProtobufFields.Value.varint(.max).int64 == -1 && ProtobufFields.Value.varint(.max).zigzag == .min)
  }
}

private func bytes(_ base64: String) -> [UInt8] {
  Array(Data(base64Encoded: base64, options: .ignoreUnknownCharacters) ?? Data())
}
