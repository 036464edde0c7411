import Documents

/// The files of this room that people write.
public enum LaunchDocuments {
  public static let handwritten: [any Document.Type] = [JobFileEntries.self, TrainerEntries.self]
}
