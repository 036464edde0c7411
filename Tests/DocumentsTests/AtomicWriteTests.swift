import Documents
import Foundation
import Testing

@Suite("Atomic writing")
final class AtomicWriteTests {
  private let folder: String

  init() throws {
    folder = NSTemporaryDirectory() + "/report-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: folder)
  }

  private func content(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }
  private func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: folder).sorted() }
  private func mode(_ path: String) throws -> Int? {
    try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
  }

  @Test("The new text replaces the old and nothing else is left in the folder")
  func replaces() throws {
    let path = folder + "/plan.json"
    try DocumentFile.write("old, and longer than the new", to: path)
    try DocumentFile.write("new ± 1", to: path)
    #expect(try content(path) == "new ± 1")
    #expect(try names() == ["plan.json"])
  }

  @Test("An existing file keeps its permissions and a symbolic link keeps pointing")
  func keepsModeAndLink() throws {
    let path = folder + "/real"
    let link = folder + "/link"
    try DocumentFile.write("old", to: path)
    try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
    try DocumentFile.write("new", to: link)
    #expect(try content(path) == "new")
    #expect(try mode(path) == 0o640)
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == path)
  }

  @Test("A missing folder is named, with the remedy")
  func missingFolder() throws {
    let error = #expect(throws: DocumentError.self) { try DocumentFile.write("x", to: folder + "/none/plan.json") }
    #expect(error?.code == .cannotWrite)
    #expect(error?.description.contains("there is no folder '\(folder)/none'; create it first") == true)
  }

  @Test("A directory in the way is an error that leaves it and its files alone")
  func directoryInTheWay() throws {
    try FileManager.default.createDirectory(atPath: folder + "/plan", withIntermediateDirectories: false)
    try DocumentFile.write("kept", to: folder + "/plan/inside")
    let error = #expect(throws: DocumentError.self) { try DocumentFile.write("x", to: folder + "/plan") }
    #expect(error?.description.contains("directory") == true)
    #expect(try names() == ["plan"])
    #expect(try content(folder + "/plan/inside") == "kept")
  }

  @Test("A write that fails half way leaves the old file and no stray file")
  func failureHalfWay() throws {
    // A file size limit makes the kernel refuse the rest of the write.
    let path = folder + "/plan.json"
    try DocumentFile.write("old", to: path)
    let resource = Int32(RLIMIT_FSIZE.rawValue)
    var before = rlimit()
    getrlimit(resource, &before)
    var limited = before
    limited.rlim_cur = 1 << 24
    let handler = signal(SIGXFSZ, SIG_IGN)
    setrlimit(resource, &limited)
    defer {
      setrlimit(resource, &before)
      signal(SIGXFSZ, handler)
    }
    let big = [UInt8](repeating: 65, count: 1 << 25)
    #expect(throws: DocumentError.self) { try DocumentFile.write(big, to: path) }
    #expect(try content(path) == "old")
    #expect(try names() == ["plan.json"])
  }

  @Test("Devices are written to, not replaced")
  func devices() throws {
    try DocumentFile.write("nothing", to: "/dev/null")
    #expect(try FileManager.default.attributesOfItem(atPath: "/dev/null")[.type] as? FileAttributeType != .typeRegular)
    let error = #expect(throws: DocumentError.self) { try DocumentFile.write("x", to: "/dev/full") }
    #expect(error?.description.contains("No space left") == true)
  }

  @Test("Paths that name nothing are errors", arguments: ["", "plan\0.json"])
  func emptyPaths(path: String) throws {
    #expect(throws: DocumentError.self) { try DocumentFile.write("x", to: path) }
  }
}

/// The layout of the JSON that documents are written as.
@Suite struct JSONLayoutTests {
  private let laid = """
    {
      "a b": [1, -2.5e3, "x \\" , y"],
      "list": [
        {
          "k": true
        },
        {}
      ]
    }

    """

  @Test(arguments: [
    #"{"a b":[1,-2.5e3,"x \" , y"],"list":[{"k":true},{}]}"#,
    "{ \"a b\" :\n\t[1 , -2.5e3, \"x \\\" , y\"] , \"list\": [ {\"k\" : true}, { } ] }\r\n",
  ])
  func `any spacing is laid out alike`(_ json: String) throws {
    #expect(try DocumentSource("a.json").node(json).json == laid)
  }
}
