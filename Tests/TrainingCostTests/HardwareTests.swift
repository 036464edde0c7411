import Documents
import Foundation
import Tables
import Testing
import TrainingCost

@Suite struct HardwareTests {
  private static let table = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("shared/data/cost/hardware.csv").path

  /// What the catalog calls the rows of the table.
  private static let names = [
    "v100-16": "V100-16", "v100-32": "V100", "a100-40": "A100-40", "a100-80": "A100-80", "a100-80-pcie": "A100-PCIe",
    "h100-sxm": "H100", "h100-pcie": "H100-PCIe", "h800-sxm": "H800",
  ]

  @Test(.enabled(if: FileManager.default.fileExists(atPath: table), "../shared/data/cost is not there"))
  func everyDeviceOfATableOfDataSheetsIsThere() throws {
    let lines = try String(contentsOfFile: Self.table, encoding: .utf8).split(whereSeparator: \.isNewline).dropFirst()
    #expect(lines.count == 29 && Accelerator.catalog.count == 29)
    for line in lines {
      let cells = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      let accelerator = try Accelerator.named(Self.names[cells[0]] ?? cells[0])
      func meets(_ value: Double?, _ cell: Int, _ unit: Double) -> Bool {
        guard let listed = Double(cells[cell]) else { return true }
        return value.map { abs($0 / unit - listed) < 1e-6 * listed } ?? false
      }
      #expect(meets(accelerator.peakFLOPsPerSecond, 4, 1e12), "\(cells[0])")
      #expect(meets(accelerator.peaks[.fp8], 5, 1e12) && meets(accelerator.peaks[.fp4], 6, 1e12), "\(cells[0])")
      #expect(meets(accelerator.attainable?[.bf16], 8, 1e12), "\(cells[0])")
      #expect(meets(accelerator.memoryBytes, 10, 1e9) && meets(accelerator.memoryBandwidth, 11, 1e12), "\(cells[0])")
      #expect(meets(accelerator.link.bytesPerSecond, 13, 1e9) && meets(accelerator.watts, 17, 1), "\(cells[0])")
    }
  }

  @Test func figuresAreWithinSense() {
    for accelerator in Accelerator.catalog {
      let balance = accelerator.peakFLOPsPerSecond / accelerator.memoryBandwidth
      #expect((100...700).contains(balance), "\(accelerator.name)")
      #expect(accelerator.network.bytesPerSecond < accelerator.link.bytesPerSecond, "\(accelerator.name)")
      for (precision, rate) in accelerator.attainable ?? [:] {
        #expect((0.4...1).contains(rate / (accelerator.peaks[precision] ?? 0)), "\(accelerator.name)")
      }
      #expect((accelerator.attainable == nil) == (accelerator.attainableSource == nil))
      #expect(accelerator.listPrice?.basis.contains("list price of 20") ?? true)
    }
  }

  @Test func halfPrecisionsStandForEachOther() throws {
    #expect(try Accelerator.named("V100").peak(.bf16) == 125e12)
    #expect(try Accelerator.named("H100").peak(.fp16) == 989e12)
    #expect(try Accelerator.named("H100").peak(.fp8) == 1979e12)
    #expect(try Accelerator.named("A100").attainableRate(.fp16) == 271.2e12)
    let error = try #require(throws: CostError.self) { try Accelerator.named("A100").peak(.fp8) }
    #expect(error.description == "no peak of A100-80 in fp8 is known; it has bf16, fp32")
  }

  @Test(arguments: [
    ("64xH100", 64, "H100"), ("1k x A100 40GB", 1000, "A100-40"), (" 8×MI300X", 8, "MI300X"), ("MI300X", 1, "MI300X"),
    ("2x4090", 2, "RTX-4090"), ("4090", 1, "RTX-4090"), ("16 X nvidia h200", 16, "H200"),
  ])
  func clustersAreRead(_ text: String, _ count: Int, _ name: String) throws {
    let cluster = try Cluster(parsing: text)
    #expect(cluster.count == count && cluster.accelerator.name == name)
    #expect(cluster.devicesPerNode == cluster.accelerator.devicesPerNode)
    #expect(cluster.price == cluster.accelerator.listPrice)
  }

  @Test(arguments: [
    ("0xH100", "not 0"), ("-4xH100", "not -4"), ("1.5xH100", "whole number"), ("1e30xH100", "whole number"),
    ("64xH10O", "did you mean 'H100'?"), ("", "there is no accelerator ''"), ("64x", "there is no accelerator ''"),
    ("64..xH100", "cannot read the cluster"), ("99999999999xH100", "from 1 to 1000000000"),
  ])
  func badClustersAreExplained(_ text: String, _ words: String) throws {
    let error = try #require(throws: CostError.self) { try Cluster(parsing: text) }
    #expect(error.description.contains(words), "\(error)")
  }

  @Test func aClusterKnowsItsNodesAndPower() throws {
    let cluster = try Cluster(.named("H100"), count: 20)
    #expect(cluster.nodes == 3)
    #expect(abs((cluster.watts ?? 0) - 20 * 700 * 1.1) < 1e-9)
  }
}

@Suite struct HardwareFileTests {
  private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("hardware-\(UUID().uuidString)")

  private func read(_ yaml: String) throws -> HardwareCatalog {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent("lab.yaml")
    try Data(yaml.utf8).write(to: file)
    return try HardwareCatalog(path: file.path)
  }

  private let lab = """
    schema: windtunnel.hardware/1
    accelerators:
      lab:
        like: H100
        memory: 96 GB
        network: {bandwidth: 200 Gb/s}
        usd_per_hour: 1.80
        price_basis: our contract
      chip:
        peaks: {fp8: 1.5 PFLOP/s}
        memory: 64 GiB
        memory_bandwidth: 2 TB/s
        link: {bandwidth: 100 GB/s, domain: 4}
        network: {bandwidth: 25 GB/s}
        power: 0.5 kW
    """

  @Test func anEntryOverridesWhatItIsLike() throws {
    let hardware = try read(lab)
    let (own, base) = (try hardware.named("lab"), try Accelerator.named("H100"))
    #expect(own.memoryBytes == 96e9 && own.network.bytesPerSecond == 25e9 && own.network.name == "InfiniBand")
    #expect(own.peaks == base.peaks && own.link == base.link && own.attainable == base.attainable)
    #expect(own.listPrice?.usdPerHour == 1.8 && own.listPrice?.basis == "our contract")
    let chip = try hardware.named("Chip")
    #expect(chip.peakFLOPsPerSecond == 1.5e15 && chip.watts == 500 && chip.devicesPerNode == 4)
    #expect(chip.memoryBytes == 64 * 1_073_741_824)
    #expect(try hardware.named("A100") == Accelerator.named("A100"))
    #expect(hardware.accelerators.count == 31)
    #expect(try Cluster(parsing: "8xlab", in: hardware).accelerator == own)
  }

  private let clusters = """
    clusters:
      alpha:
        accelerator: lab
        count: 1024
        network: 400 Gb/s
        group: {nodes: 32, network: 100 Gb/s}
        usd_per_hour: 2.1
        price_basis: our contract
        pue: 1.2
    """

  @Test func aClusterHasItsOwnLinksAndPrice() throws {
    let hardware = try read("\(lab)\n\(clusters)\n")
    let whole = try Cluster(parsing: "alpha", in: hardware)
    let own = try hardware.named("lab")
    #expect(whole.count == 1024 && whole.accelerator == own && whole.networkBytesPerSecond == 50e9)
    #expect(whole.nodesPerGroup == 32 && whole.groupBytesPerSecond == 12.5e9 && whole.powerUsageEffectiveness == 1.2)
    #expect(whole.price?.usdPerHour == 2.1)
    let part = try Cluster(parsing: "256xAlpha", in: hardware)
    #expect(part.count == 256 && part.groupBytesPerSecond == 12.5e9)
    let error = try #require(throws: CostError.self) { try Cluster(parsing: "2048xalpha", in: hardware) }
    #expect(error.description == "the cluster 'alpha' has 1024 accelerators, not 2048")
    let near = try #require(throws: CostError.self) { try Cluster(parsing: "alhpa", in: hardware) }
    #expect(near.description.contains("did you mean 'alpha'?"))
    let again = try read(HardwareFile(hardware.accelerators, hardware.clusters).yaml())
    #expect(again.clusters == hardware.clusters)
    // A file may have clusters alone, of accelerators that there are.
    let alone = try read("schema: windtunnel.hardware/1\nclusters: {beta: {accelerator: A100, count: 64}}\n")
    #expect(try Cluster(parsing: "beta", in: alone) == Cluster(.named("A100"), count: 64))
  }

  @Test(arguments: [
    ("accelerator: lab", "accelerator: lob", "did you mean 'lab'?"), ("count: 1024", "count: 0", "from 1 to"),
    ("    count: 1024\n", "", "'clusters.alpha.count': it is missing, as in {accelerator: H100"),
    ("nodes: 32, ", "", "'clusters.alpha.group.nodes': it is missing, as in {nodes: 32"),
    ("pue: 1.2", "pue: 0.9", "1 or more"), ("  alpha:", "  lab:", "give it another name"),
    ("  alpha:", "  8a:", "begin with a letter"), ("network: 400 Gb/s", "network: 400", "expected a unit"),
    ("group:", "groups:", "did you mean 'group'?"),
  ])
  func aSlipInAClusterIsNamed(_ part: String, _ slip: String, _ words: String) throws {
    let error = try #require(throws: DocumentError.self) {
      try read("\(lab)\n\(clusters.replacing(part, with: slip))\n")
    }
    #expect(error.description.contains(words) && error.description.contains("lab.yaml"), "\(error)")
  }

  @Test func theBuiltInOnesAreReadBackAsWritten() throws {
    let hardware = try read(HardwareFile(Accelerator.catalog).yaml())
    #expect(hardware.accelerators.count == Accelerator.catalog.count)
    for (read, written) in zip(hardware.accelerators, Accelerator.catalog) {
      #expect(read == written)
    }
  }

  @Test(arguments: [
    (
      "memory: 96 GB", "memry: 96 GB",
      "lab.yaml:5:5: there is no entry 'memry' of 'accelerators.lab'; did you mean 'memory'?"
    ),
    ("memory: 96 GB", "memory: 96", "expected a unit"), ("memory: 96 GB", "memory: 96 Gb", "bits"),
    ("memory: 96 GB", "memory: -3 GB", "above zero"),
    ("memory: 96 GB", "memory: [1]", "should be an amount of memory, as 512 GB"),
    ("2 TB/s", "2 TB", "expected a unit such as GB/s"), ("1.5 PFLOP/s", "1.5 PFLOP", "an amount"),
    ("1.5 PFLOP/s", "1500", "expected a rate"), ("fp8:", "fp9:", "did you mean 'fp4'?"),
    ("domain: 4", "domain: 0", "from 1 to"), ("domain: 4", "domain: 2.5", "whole number"),
    (", domain: 4", "", "'domain' is missing"), ("power: 0.5 kW", "power: 500", "expected W"),
    ("like: H100", "like: H10O", "did you mean 'H100'?"),
    ("like: H100", "like: chip", "there is no accelerator 'chip'"),
    (
      "    peaks: {fp8: 1.5 PFLOP/s}\n", "",
      "lab.yaml:10:5: 'accelerators.chip.peaks': it is missing; write 'peaks: {bf16: "
    ),
    ("    usd_per_hour: 1.80\n", "", "needs 'usd_per_hour'"), ("chip:", "Lab:", "reads the same as 'lab'"),
    ("chip:", "lab:", "'lab' is given twice"), ("hardware/1", "hardware/2", "reads 'windtunnel.hardware/1'"),
    ("schema: windtunnel.hardware/1", "", "'schema' is missing"), ("accelerators:", "acelerators:", "'accelerators'"),
    ("{bandwidth: 200 Gb/s}", "fast", "should have entries of its own (name, bandwidth)"),
  ])
  func aSlipIsNamedWithItsPlace(_ part: String, _ slip: String, _ words: String) throws {
    let error = try #require(throws: DocumentError.self) { try read(lab.replacing(part, with: slip)) }
    #expect(error.description.contains(words), "\(error)")
    #expect(error.description.contains("lab.yaml") && error.code != .missing)
  }

  @Test(arguments: ["", " \n", "hello", "- a", "{[", "schema: windtunnel.hardware/1\naccelerators: {}\n"])
  func whatIsNoHardwareFileIsCalledSo(_ text: String) {
    #expect(throws: DocumentError.self) { try read(text) }
  }

  @Test func aFileThatIsNotThereIsMissing() throws {
    let error = try #require(throws: DocumentError.self) { try HardwareCatalog(path: "/nowhere/lab.yaml") }
    #expect(error.code == .missing)
  }

  @Test func theFormHasEveryEntryWithItsUnit() throws {
    let text = JSONSchema(of: HardwareFile.self).text(title: "hardware file")
    let others = [JSONSchema(of: CalibrationDocument.self), JSONSchema(of: CostCheckDocument.self)]
    // What is left open is `{}`.
    for form in [text] + others.map({ $0.text(title: "") }) { #expect(!form.contains("{}"), "\(form)") }
    for word in ["memory_bandwidth", "price_basis", "fp4", "a bandwidth, as 450 GB/s", "group", "pue"] {
      #expect(text.contains(word), "\(word)")
    }
  }
}
