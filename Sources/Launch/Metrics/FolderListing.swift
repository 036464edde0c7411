import Foundation

/// The contents of a folder, sorted by name.
enum FolderListing {
  /// The names in a folder; none where it is not there.
  static func names(in folder: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
  }

  static func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
  }

  /// The paths of the files in a folder and below, relative to it. Links to folders are not followed, because they
  /// may form a cycle.
  static func files(below folder: String) -> [String] {
    let root = URL(fileURLWithPath: folder).resolvingSymlinksInPath().path
    let paths = FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String } ?? []
    return paths.filter { !isFolder("\(root)/\($0)") }.sorted()
  }
}
