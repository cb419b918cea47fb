import KalsaeData
import KalsaeFiles
import KalsaeSupport
import KalsaeTraining

/// What `kalsae data info` tells of a set that is no table.
struct ImageSetInfo {
    private let parts: DataParts
    private let folder: ImageFolder?

    /// Reads a named set, a folder of images, or arrays; nil where the name is that of a table.
    init?(_ name: String, target: String?, _ options: ImageOptions) throws(KalsaeError) {
        if let set = NamedSet(rawValue: name) {
            try options.refuse(for: name)
            (parts, folder) = (try set.load(seed: 0), nil)
            return
        }
        guard let set = FileSet(path: name) else { return nil }
        var own = try options.set()
        own.target = target
        guard set.kind == .images else {
            try options.refuse(for: name)
            (parts, folder) = (try set.load(name: name, options: own, seed: 0), nil)
            return
        }
        let folder = try ImageFolder(path: name)
        parts = try folder.load(name: name, options: own.images, seed: 0)
        self.folder = folder
    }

    private var all: [LabeledData] { [parts.train, parts.validation, parts.test] }

    /// Prints it, and draws the sheet where one is wanted.
    func show(sheet: String?, overwrite: Bool, isJSON: Bool) throws {
        var drawn: ImageSheet?
        if let sheet {
            guard overwrite || !FileIdentity.isRegular(sheet) else {
                throw KalsaeError(
                    "--sheet", expected: "a new file", got: sheet,
                    advice: "choose another, or --overwrite to replace it")
            }
            try AtomicFile.checkWritable(sheet)
            let own = try ImageSheet(parts.train)
            try AtomicFile.write(own.image.encodePNG(), to: sheet)
            drawn = own
        }
        if isJSON { return try Console.print(json(sheet: sheet)) }
        for line in lines { try Console.print(line) }
        guard let sheet, let drawn else { return }
        let names = drawn.classNames.map { $0.cut(to: 24) }.joined(separator: ", ")
        try Console.print("  sheet: \(sheet), rows: \(names)")
    }

    private var counts: [(name: String, count: Int)] {
        let names = parts.train.targets.classNames
        var counts = [Int](repeating: 0, count: names.count)
        for part in all {
            if case .classes(let classes, _) = part.targets {
                for label in classes { counts[Int(label)] += 1 }
            }
        }
        return Array(zip(names, counts))
    }

    private var lines: [String] {
        let shape = parts.train.featureShape.map(\.description).joined(separator: " x ")
        let total = all.reduce(0) { $0 + $1.count }
        var lines = ["\(parts.name): \(total.counting("row")) of \(shape) numbers"]
        lines.append(
            "  parts: \(parts.train.count) train, \(parts.validation.count) validation, "
                + "\(parts.test.count) test"
                + (folder.map { $0.parts.count == 1 } ?? false ? "  [--split]" : ""))
        for (name, count) in counts { lines.append("  \(name.cut(to: 40)): \(count)") }
        guard let folder, let layout = parts.train.images?.layout else { return lines }
        let sources = all.compactMap(\.images).flatMap(\.sources)
        lines.append("  sizes: " + Self.list(sources.map { "\($0.width) x \($0.height)" }))
        lines.append("  files: " + Self.list(sources.map(\.kind)))
        lines.append(
            "  become \(layout.width) x \(layout.height) \(layout.colors)  "
                + "[--image-size, --channels]")
        lines += layout.lines(for: sources.map { $0 }).map { "  \($0)" }
        if folder.copyCount > 0 {
            lines.append("  \(folder.copyCount) are copies of others: on one side of every split")
        }
        if folder.otherFiles > 0 {
            lines.append("  \(folder.otherFiles) other files are left out")
        }
        return lines
    }

    private func json(sheet: String?) -> JSONValue {
        let members = counts.map { JSONValue.Member($0.name, .integer($0.count)) }
        return [
            "rows": .integer(all.reduce(0) { $0 + $1.count }),
            "shape": .array(parts.train.featureShape.map { .integer($0) }),
            "train": .integer(parts.train.count), "validation": .integer(parts.validation.count),
            "test": .integer(parts.test.count), "classes": .object(members),
            "images": parts.imageJSON ?? .null, "sheet": sheet.map { .string($0) } ?? .null,
            "copies": folder.map { .integer($0.copyCount) } ?? .null,
            "other_files": folder.map { .integer($0.otherFiles) } ?? .null,
        ]
    }

    /// The most frequent ones with their counts.
    private static func list(_ texts: [String]) -> String {
        let counts = texts.reduce(into: [String: Int]()) { $0[$1, default: 0] += 1 }
        let ordered = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        let shown = ordered.prefix(4).map { "\($0.key) (\($0.value))" }.joined(separator: ", ")
        return ordered.count > 4 ? "\(shown) and \(ordered.count - 4) more" : shown
    }
}

extension ImageSource {
    fileprivate var width: Int { header.width }
    fileprivate var height: Int { header.height }

    /// The format with what pixels are, as in `PNG RGB 8 bits`.
    fileprivate var kind: String {
        let colors = ["gray", "gray with alpha", "RGB", "RGB with alpha"][header.channels - 1]
        let palette = header.hasPalette ? ", palette" : ""
        return "\(header.format.rawValue) \(colors) \(header.bits) bits\(palette)"
    }
}
