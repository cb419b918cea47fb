import KalsaeFiles
import KalsaeSupport
import KalsaeTraining

/// Where a trained model goes. A file is replaced only if Kalsae wrote it from the same data and
/// target, or if the user says so.
struct ModelDestination {
    /// The path of the file.
    let path: String
    /// Whether a model of the same origin is there, and nobody has said that it may be replaced.
    private var replaces = false
    private let origin: JSONValue

    private static let key = "kalsae.origin"

    /// Chooses the path and checks that it may be written.
    ///
    /// - Parameters:
    ///   - output: the path that the user chose, if any.
    ///   - source: the data that the model is learned from.
    ///   - overwrite: whether any file may be replaced.
    init(output: String?, source: Source, overwrite: Bool) throws(KalsaeError) {
        try self.init(
            output: output, name: source.parts.name, data: source.file, title: source.name,
            target: source.parts.encoder?.target.name, files: source.files, overwrite: overwrite)
    }

    /// - Parameters:
    ///   - name: what the file is called where the user chose no path.
    ///   - data: the file that the model is learned from; nil for a set.
    ///   - title: the data as the user named them.
    ///   - target: what is learned of them.
    ///   - files: all files that are read.
    init(
        output: String?, name: String, data: String?, title: String, target: String?,
        files: ReadFiles, overwrite: Bool
    ) throws(KalsaeError) {
        path = output ?? "\(name).safetensors"
        let folder = FileIdentity.folder(of: path)
        let found = data.map { FileIdentity.path(of: $0, from: folder) }
        origin = [
            "data": .string(found ?? title), "target": target.map { .string($0) } ?? .null,
        ]
        try AtomicFile.checkWritable(path)
        try files.check(path)
        guard !overwrite, FileIdentity.isRegular(path) else { return }
        // What came through a pipe cannot be told from what came through another.
        guard let found = Self.origin(of: path), found == origin,
            !FileBytes.isInheritedPipe(title)
        else {
            throw KalsaeError(
                path, expected: "a new file, or a model of \(Self.text(origin))",
                got: Self.origin(of: path).map { "one of \(Self.text($0))" }
                    ?? "a file of other origin",
                advice: "give another --output, or --overwrite to replace it")
        }
        replaces = true
    }

    /// Tells that the model of an earlier training is replaced, but for that of a run that goes on.
    func tellReplacing(_ recording: RecordOptions) {
        guard replaces, recording.resume == nil else { return }
        Notice.say("\(path) of an earlier training on the same data will be replaced")
    }

    /// Writes the file, with what it was learned from.
    func save(_ file: ModelFile) throws {
        var file = file
        file.metadata[Self.key] = origin.text
        try file.save(to: path)
    }

    /// Whether data that are to be measured are those that a model was trained on, which is told.
    static func tellLearned(_ data: String, by model: String) -> Bool {
        guard let found = origin(of: model)?["data"]?.string else { return false }
        let path = found.hasPrefix("/") ? found : "\(FileIdentity.folder(of: model))/\(found)"
        guard FileIdentity.isSame(path, data) else { return false }
        Notice.say(
            "\(data): the model was trained on rows of this file, which flatters it; its training "
                + "reported rows that it did not see")
        return true
    }

    /// What a model's file says that it was learned from.
    private static func origin(of path: String) -> JSONValue? {
        guard let file = try? SafetensorsFile(path: path), let text = file.metadata[key] else {
            return nil
        }
        return try? JSONValue(parsing: text)
    }

    private static func text(_ origin: JSONValue) -> String {
        let data = origin["data"]?.string ?? "other data"
        let target = origin["target"]?.string
        let name = data == "-" ? "standard input" : data
        return target.map { "\($0) in \(name)" } ?? name
    }
}
