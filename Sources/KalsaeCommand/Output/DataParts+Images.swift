import KalsaeData
import KalsaeFiles
import KalsaeSupport
import KalsaeTraining

/// What is told of images in files.
extension DataParts {
    private var allImages: [ImageRows] { [train, validation, test].compactMap(\.images) }

    /// How the images of a folder were taken; nothing for other data.
    var imageLines: [String] {
        guard let layout = train.images?.layout else { return [] }
        let sources = allImages.flatMap(\.sources)
        let size = "\(layout.width) x \(layout.height) \(layout.colors)"
        let classes = train.targets.classNames.count
        return ["images: \(sources.count) in \(classes.counting("class", "classes")), \(size)"]
            + layout.lines(for: sources).map { "  \($0)" }
    }

    /// The same for `--json`.
    var imageJSON: JSONValue? {
        guard let images = train.images else { return nil }
        return [
            "images": .integer(allImages.reduce(0) { $0 + $1.sources.count }),
            "shape": .array(images.layout.shape.map { .integer($0) }),
            "workers": .integer(images.workers),
            "seconds_waited": .number(secondsWaited),
            "notes": .array(imageLines.dropFirst().map { .string($0) }),
        ]
    }

    private var secondsWaited: Double { allImages.reduce(0) { $0 + $1.secondsWaited } }

    /// How long a training waited for images.
    func waitingLine(of seconds: Double) -> String? {
        guard let images = train.images, seconds > 0 else { return nil }
        let waited = secondsWaited
        let threads = images.workers.counting("thread")
        return "images: decoded ahead by \(threads); waited for them \(waited.fixed(2)) s, "
            + "\((100 * waited / seconds).fixed(1)) % of the time"
    }
}
