import Foundation
import FoundationXML
import Testing

/// An SVG document read back by an XML parser, so that a test sees what a browser would.
struct SVGReading {
  struct Element {
    var name: String
    var attributes: [String: String]
    var text = ""

    func number(_ key: String) -> Double { attributes[key].flatMap(Double.init) ?? .nan }
    var role: String { attributes["class"] ?? "" }
  }

  let elements: [Element]

  init(_ svg: String) throws {
    let reader = Reader()
    let parser = XMLParser(data: Data(svg.utf8))
    parser.delegate = reader
    try #require(parser.parse(), "not well-formed XML: \(String(describing: parser.parserError))")
    elements = reader.elements
  }

  func all(_ role: String) -> [Element] { elements.filter { $0.role == role } }

  /// The frame as left, top, width and height.
  func frame() throws -> (x: Double, y: Double, width: Double, height: Double) {
    let frame = try #require(all("frame").first)
    return (frame.number("x"), frame.number("y"), frame.number("width"), frame.number("height"))
  }

  /// The points of a path's straight lines, one array for each piece.
  static func pieces(_ path: String) -> [[(x: Double, y: Double)]] {
    path.replacing("Z", with: "").split(separator: "M").map { piece in
      piece.split(separator: "L").map { point in
        let numbers = point.split(separator: " ").compactMap { Double($0) }
        return (numbers[0], numbers[1])
      }
    }
  }

  private final class Reader: NSObject, XMLParserDelegate {
    var elements: [Element] = []
    private var open: [Int] = []

    func parser(
      _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
      attributes: [String: String]
    ) {
      open.append(elements.count)
      elements.append(Element(name: name, attributes: attributes))
    }

    func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
      open.removeLast()
    }

    func parser(_ parser: XMLParser, foundCharacters text: String) {
      for element in open { elements[element].text += text }
    }
  }
}
