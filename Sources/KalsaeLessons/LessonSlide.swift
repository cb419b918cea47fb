import KalsaeFiles

/// A part of the lectures: one of the five files, and a heading in it.
public struct LessonSlide: Sendable, Equatable {
    /// The number of the file, `000` to `004`.
    public let file: String
    /// The heading, as the lecture has it.
    public let heading: String

    init(_ file: String, _ heading: String) {
        self.file = file
        self.heading = heading
    }

    /// As text: `000 “3. 다층 퍼셉트론”`.
    public var text: String { "\(file) “\(heading)”" }

    /// The slide as one object.
    public var json: JSONValue { ["file": .string(file), "heading": .string(heading)] }
}
