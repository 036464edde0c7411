import Documents
import Foundation
import Testing

/// A document with every kind of entry.
private struct Note: Document, Equatable {
  static let schema = "example.note/1"
  static let kind = "note"
  static let isHandwritten = true
  static let remedies = ["example.other/1": "it is the other kind"]

  enum Mood: String, Codable, CaseIterable { case calm, loud }

  struct Inner: Codable, Equatable, DocumentChecked {
    var count: Int
    var isOn: Bool?
    func check() throws(DocumentFault) {
      if count > 100 { throw DocumentFault("count", "it should be at most 100") }
    }
  }

  struct Word: DocumentScalar, Equatable {
    var letters: String
    static let documentKind = "a word in capitals, as ABC"
    static let documentExample = "ABC"
    var documentText: String { letters.uppercased() }
    init(_ letters: String) { self.letters = letters }
    init(documentText: String) throws {
      guard documentText == documentText.uppercased() else {
        throw DocumentFault(nil, "'\(documentText)' is not in capitals")
      }
      letters = documentText.lowercased()
    }
  }

  var fullName: String
  var mood: Mood?
  var inner: [Inner]?
  var words: [String: Word]?
  var draws: [[Double]]?
  var gaps: [Double?]?
  var seed: UInt64?
  var level: Double?
}

private func error(_ text: String) -> String {
  do {
    _ = try Note.read(text: text, from: "note.yaml")
    return "no error"
  } catch { return error.description }
}

@Suite struct DocumentTests {
  private let whole = Note(
    fullName: "a \"b\" \\ \n\u{1}é", mood: .loud, inner: [.init(count: 3, isOn: true), .init(count: 0)],
    words: ["keptName": .init("xy")], draws: [[1, 2.5], [], [1e-300, -7e22]],
    gaps: [1, nil], seed: .max, level: 0.1)

  @Test func whatIsWrittenReadsBackTheSame() throws {
    let text = try whole.json()
    let read = try Note.read(text: text, from: "note.json").value
    #expect(read == whole, "\(text) \(read)")
    let other = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    #expect(other["schema"] as? String == "example.note/1")
    #expect((other["words"] as? [String: Any])?["keptName"] as? String == "XY")
    #expect(other["full_name"] as? String == whole.fullName)
    #expect((other["gaps"] as? [Any])?.last is NSNull)
  }

  @Test func namesAreThoseOfFoundationsSnakeCase() throws {
    let names = ["virtualStages", "energyKWh", "myURLProperty", "usd", "x2Y", "aB", "gpuHours", "snake_case"]
    struct Value: Encodable {
      let names: [String]
      struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(_ name: String) { stringValue = name }
        init?(stringValue: String) { nil }
        init?(intValue: Int) { nil }
      }
      func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        for name in names { try container.encode(name, forKey: Key(name)) }
      }
    }
    struct Holder: Document {
      static let schema = "example.holder/1"
      static let kind = "holder"
      let value: Value
      init(_ names: [String]) { value = Value(names: names) }
      init(from decoder: any Decoder) throws { value = Value(names: []) }
      func encode(to encoder: any Encoder) throws { try value.encode(to: encoder) }
    }
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    let theirs = try JSONDecoder().decode([String: String].self, from: encoder.encode(Value(names: names)))
    for (name, original) in theirs { #expect(try Holder(names).node()[name]?.scalar == original, "\(name)") }
  }

  @Test func numbersThatAreNotFiniteAreLeftOutOrRefused() throws {
    var note = whole
    note.level = .nan
    #expect(try note.node()["level"] == nil)
    note.draws = [[.infinity]]
    #expect(throws: EncodingError.self) { try note.json() }
  }

  @Test func yamlReadsTheSameAsJSON() throws {
    let text = """
      schema: example.note/1.4
      full_name: 12
      mood: calm
      inner: [{count: 3, is_on: true}]
      words: {a: ABC}
      """
    let note = try Note.read(text: text, from: "note.yaml").value
    #expect(note.fullName == "12" && note.mood == .calm && note.inner?.first?.isOn == true)
    #expect(note.words?["a"]?.letters == "abc")
  }

  @Test(arguments: [
    ("schema: example.note/1\n", "note.yaml:1:1: 'full_name': it is missing"),
    ("schema: example.note/1\nfull_nam: x\n", "note.yaml:2:1: there is no entry 'full_nam'; did you mean 'full_name'?"),
    (
      "schema: example.note/1\nfull_name: x\nmood: clam\n",
      "note.yaml:3:7: 'mood': 'clam' is not one of its values; did you mean 'calm'?"
    ),
    (
      "schema: example.note/1\nfull_name: x\ninner:\n  - {count: 3}\n  - {count: 1.5}\n",
      "note.yaml:5:13: 'inner[1].count': it should be a whole number, not '1.5'"
    ),
    (
      "schema: example.note/1\nfull_name: x\ninner: [{count: 101}]\n",
      "note.yaml:3:17: 'inner[0].count': it should be at most 100"
    ),
    (
      "schema: example.note/1\nfull_name: x\ninner: [{count: 1, of: 2}]\n",
      "note.yaml:3:20: there is no entry 'of' of 'inner[0]'; there are count, is_on"
    ),
    (
      "schema: example.note/1\nfull_name: x\nwords: {aK: low}\n", "note.yaml:3:13: 'words.aK': 'low' is not in capitals"
    ),
    (
      "{\"schema\": \"example.note/1\",\n \"full_name\": 3}",
      "note.yaml:2:15: 'full_name': it should be a text, not '3'"
    ),
    (
      "{\"schema\": \"example.note/1\"",
      "note.yaml: this is not a note: it is not whole JSON: ',' or '}' was expected (line 1, column 28)"
    ),
    (
      "schema: example.note/2\n",
      "note.yaml: this is not a note: its schema is 'example.note/2'; this version reads 'example.note/1'"
    ),
    (
      "schema: example.note/10\n",
      "note.yaml: this is not a note: its schema is 'example.note/10'; this version reads 'example.note/1'"
    ),
    ("schema: example.other/1\n", "note.yaml: this is not a note: it is the other kind"),
    ("", "note.yaml: this is not a note: it is empty"),
    ("- a\n", "note.yaml: this is not a note: it has no 'key: value' entries"),
    ("a: [", "note.yaml: this is not a note: line 2, column 1: did not find expected node content"),
  ])
  func errorsSayWhereAndWhat(_ text: String, _ message: String) { #expect(error(text) == message) }

  @Test func yamlReadsBackTheSame() throws {
    let text = try whole.yaml()
    #expect(text.hasPrefix("schema: example.note/1\nfull_name: \""))
    #expect(try Note.read(text: text, from: "note.yaml").value == whole, "\(text)")
  }

  /// Texts that YAML would take for something else are in quotes.
  @Test(arguments: [
    "plain words", "true", "No", "null", "~", "12", "1e5", "0x1F", "2026-01-01", "1.5 GB", "a: b", "a #b", "- a", "[a]",
    "a,b", " a", "a ", "", "*a", "&a", "'a'", "\"a\"", "a\nb", "é", "%a", "@a", "4090", "A100-80", "?", "!a", "a:", "|",
    "1_000",
  ])
  func textsInYAMLStayTexts(_ text: String) throws {
    var note = whole
    (note.fullName, note.words) = (text, [text: .init("xy")])
    let yaml = try note.yaml()
    let read = try Note.read(text: yaml, from: "note.yaml")
    #expect(read.value.fullName == text && read.value.words?[text] != nil, "\(yaml)")
    if case .text(_, isPlain: true) = read.node["full_name"]?.value {
      #expect(Double(text) == nil && !["true", "No", "12"].contains(text))
    }
  }

  @Test func mappingsThatFitAreOnOneLine() throws {
    func text(_ text: String) -> DocumentNode { DocumentNode(.text(text, isPlain: false)) }
    let short = DocumentNode(.entries([.init("a", DocumentNode(.number("1"))), .init("b", text("two words"))]))
    let node = DocumentNode(
      .entries([
        .init("short", short), .init("list", DocumentNode(.list([short, DocumentNode(.list([])), text("x")]))),
        .init("long", DocumentNode(.entries([.init("a", text(String(repeating: "word ", count: 30) + "end"))]))),
        .init("none", DocumentNode(.entries([]))), .init("numbers", DocumentNode(.numbers([1, 2.5]))),
      ]))
    #expect(
      node.yaml == """
        short: {a: 1, b: two words}
        list:
          - {a: 1, b: two words}
          - []
          - x
        long:
          a: \(String(repeating: "word ", count: 30))end
        none: {}
        numbers: [1, 2.5]

        """)
  }

  @Test func dictionariesByEnumerationHaveItsNamesInOrder() throws {
    struct Rates: Document {
      static let schema = "example.rates/1"
      static let kind = "rates"
      static let isHandwritten = true
      enum Kind: String, Codable, CodingKeyRepresentable, CaseIterable { case second, first }
      var rates: [Kind: Double]
    }
    let node = try Rates(rates: [.first: 1, .second: 2]).node()
    #expect(node["rates"]?.entries?.map(\.name) == ["second", "first"])
    let error = #expect(throws: DocumentError.self) {
      try Rates.read(text: "schema: example.rates/1\nrates: {firts: 1}\n", from: "r.yaml")
    }
    #expect(error?.description == "r.yaml:2:9: there is no entry 'firts' of 'rates'; did you mean 'first'?")
  }

  @Test func whatIsMissingIsShownAtWhatShouldHaveIt() throws {
    let text = "schema: example.note/1\nfull_name: a\ninner: [{count: 3}]\n"
    let reading = try Note.read(text: text, from: "note.yaml")
    #expect(reading.fault(at: ["inner", "0", "is_on"], "no").description == "note.yaml:3:9: 'inner.0.is_on': no")
    #expect(reading.fault(at: ["inner", "0"], DocumentFault("count", "no")).description.hasPrefix("note.yaml:3:17: "))
  }

  @Test func aModelIsExtendedInOneMapping() throws {
    struct Box: Document {
      static let schema = "example.box/1"
      static let kind = "box"
      struct Size: Codable { var width, height: Int }
      struct Area: Codable { var area: Int }
      var size: Extended<Size, Area>
    }
    let box = Box(size: Extended(.init(width: 2, height: 3), .init(area: 6)))
    let json = try box.json()
    let read = try Box.read(text: json, from: "box.json").value
    #expect(try Box(size: read.size).json() == json && read.size.width == 2 && read.size.more.area == 6)
    #expect(JSONSchema(of: Box.self).text(title: "").contains("\"area\""))
  }

  @Test func theFormOfADocumentComesFromItsModel() throws {
    let text = JSONSchema(of: Note.self).text(title: "note")
    let json = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    #expect(json["required"] as? [String] == ["schema", "full_name"])
    let properties = try #require(json["properties"] as? [String: [String: Any]])
    #expect(
      Set(properties.keys)
        == ["schema", "full_name", "mood", "inner", "words", "draws", "gaps", "seed", "level"])
    #expect(properties["mood"]?["enum"] as? [String] == ["calm", "loud"])
    let inner = try #require(properties["inner"]?["items"] as? [String: Any])
    #expect(inner["required"] as? [String] == ["count"])
    #expect(properties["words"]?["additionalProperties"] is [String: Any])
    let draws = try #require(properties["draws"]?["items"] as? [String: Any])
    #expect((draws["items"] as? [String: Any])?["type"] as? String == "number")
    #expect(properties["seed"]?["type"] as? String == "integer")
  }
}

/// Documents within documents, and several models of one schema.
@Suite struct NestedDocumentTests {
  private struct Page: Document, Equatable {
    static let schema = "example.page/2"
    static let kind = "page"
    static let upgrades: [String: DocumentUpgrade] = [
      "example.page/1": { node, source throws(DocumentError) in
        guard let words = node["words"] else { throw DocumentError("\(source.path): there are no words") }
        return DocumentNode(.entries([.init("text", words)]))
      }
    ]
    static func refusal(of node: DocumentNode) -> String? { node["picture"] == nil ? nil : "it is a picture" }
    var text: String
  }

  private struct Book: Document, Equatable {
    static let schema = "example.book/1"
    static let kind = "book"
    var cover: Page?
    var pages: [Page]
    var gaps: [Double?] = []
  }

  private func read(_ pages: String) throws -> Book {
    try Book.read(text: #"{"schema": "example.book/1", "gaps": [], "pages": [\#(pages)]}"#, from: "book.json").value
  }

  @Test func eachKeepsItsSchemaLine() throws {
    let book = Book(cover: Page(text: "a"), pages: [Page(text: "b")], gaps: [1, nil])
    let node = try book.node()
    #expect(node["cover"]?["schema"]?.scalar == "example.page/2")
    #expect(node.node(at: ["pages", "0", "schema"])?.scalar == "example.page/2")
    #expect(try Book.read(text: book.json(), from: "book.json").value == book)
  }

  @Test func earlierVersionsAreBroughtIntoThePresentForm() throws {
    let pages =
      #"{"schema": "example.page/1.3", "words": "a"}, {"schema": "example.page/2", "text": "b"}, {"text": "c"}"#
    #expect(try read(pages).pages.map(\.text) == ["a", "b", "c"])
  }

  @Test(arguments: [
    (#"{"schema": "example.page/3", "text": "a"}"#, "its schema is 'example.page/3'"),
    (#"{"schema": "example.page/1"}"#, "there are no words"),
    (#"{"schema": "example.page/2", "picture": 1}"#, "book.json: this is not a page: it is a picture"),
    (#"{"schema": "example.page/1", "picture": 1}"#, "it is a picture"),
  ])
  func whatIsNoPageIsSaidToBeNone(_ page: String, _ words: String) {
    let error = #expect(throws: DocumentError.self) { try read(page) }
    #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
  }

  @Test func theFormHoldsThemAndWhatMayBeNull() {
    let page = JSONSchema.object([
      .init("text", .text, isRequired: true), .init("schema", .constant("example.page/2"), isRequired: false),
    ])
    #expect(
      JSONSchema(of: Book.self)
        == .object([
          .init("schema", .constant("example.book/1"), isRequired: true), .init("cover", page, isRequired: false),
          .init("pages", .list(page), isRequired: true),
          .init("gaps", .list(.anyOf([.number, .null])), isRequired: true),
        ]))
  }
}

/// The JSON reader beside Foundation's.
@Suite struct JSONReadingTests {
  @Test(arguments: [
    "[1,2.5,-0,1e5,1E-5]", "[1,\"a\",null]", "[]", "{\"a\":{\"b\":[[]]}}", "[12345678901234567890, 1]",
    "[\"\\u00e9\\ud83d\\ude00\\n\"]", " [ true , false ] ", "{\"e\":1}",
  ])
  func readsWhatFoundationReads(_ text: String) throws {
    let node = try #require(try? Any_.node(text))
    let theirs = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? NSObject
    let again = try JSONSerialization.jsonObject(with: Data(node.compactJSON.utf8)) as? NSObject
    #expect(theirs == again)
  }

  @Test(arguments: [
    "[1,]", "[01]", "[1.]", "[.5]", "[1e]", "[+1]", "{\"a\" 1}", "[\"\\x\"]", "[\"a]", "[1] 2", "{\"a\":1,}", "[nul]",
    "[\u{1}]",
  ])
  func refusesWhatIsNotJSON(_ text: String) {
    #expect((try? Any_.node("{\"schema\": \"example.any/1\", \"value\": \(text)}")) == nil)
  }

  @Test func deepNestingIsAnError() {
    let text = String(repeating: "[", count: 100_000)
    #expect((try? Any_.node("{\"schema\": \"example.any/1\", \"value\": \(text)")) == nil)
  }

  /// A document that keeps its text's nodes.
  private struct Any_: Document {
    static let schema = "example.any/1"
    static let kind = "any"
    static func node(_ text: String) throws -> DocumentNode {
      let whole = text.hasPrefix("{\"schema\"") ? text : "{\"schema\": \"example.any/1\", \"value\": \(text)}"
      return try #require(try read(text: whole, from: "any.json").node["value"])
    }
  }
}
