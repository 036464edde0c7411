/// `text` made safe and short enough to stand in a one-line message.
///
/// Control characters become `?`, because a cell may hold terminal escapes; what exceeds `limit` characters
/// becomes an ellipsis.
package func excerpt(_ text: String, limit: Int = 60) -> String {
  var shown = ""
  for (count, character) in text.prefix(limit + 1).enumerated() {
    if count == limit { return shown + "…" }
    let isControl = character.unicodeScalars.contains { $0.properties.generalCategory == .control }
    shown.append(isControl ? "?" : character)
  }
  return shown
}

/// `text` as an excerpt in single quotes, or the word `nothing`.
package func quoted(_ text: String) -> String {
  text.isEmpty ? "nothing" : "'\(excerpt(text))'"
}

/// A noun with its article: `a fit document`, `an experiment file`.
func article(_ noun: String) -> String { (noun.first.map { "aeiou".contains($0) } == true ? "an " : "a ") + noun }
