import KalsaeFiles
import KalsaePlots
import KalsaeSupport

/// A file that holds a figure, or a page with some.
struct FigureFile {
    let path: String
    /// The ending, without its dot.
    let kind: String

    /// A file of a kind by its ending, which is not there unless it may be replaced.
    init(
        _ path: String, overwrite: Bool, kinds: [String] = ["svg", "png", "csv"]
    ) throws(KalsaeError) {
        self.path = path
        kind = path.split(separator: ".").last.map { $0.lowercased() } ?? ""
        guard kinds.contains(kind), path.contains(".") else {
            let last = kinds.count > 1 ? " or .\(kinds[kinds.count - 1])" : ""
            let others = (kinds.count > 1 ? kinds.dropLast() : kinds[...]).map { ".\($0)" }
            throw KalsaeError(
                path, expected: "a file that ends with \(others.joined(separator: ", "))\(last)",
                got: path)
        }
        guard overwrite || !FileIdentity.isRegular(path) else {
            throw KalsaeError(
                path, expected: "a new file", got: "one that is there",
                advice: "give another name, or --overwrite to replace it")
        }
        try AtomicFile.checkWritable(path)
    }

    /// Writes the figure; pixels are two for one of the size.
    func write(_ figure: Figure, width: Int, height: Int) throws {
        switch kind {
        case "csv": try AtomicFile.write(Array(figure.csv.utf8), to: path)
        case "png":
            try AtomicFile.write(
                Self.png(figure.raster(width: width, height: height, scale: 2)), to: path)
        default:
            let text = try figure.svg(width: Double(width), height: Double(height))
            try AtomicFile.write(Array(text.utf8), to: path)
        }
    }

    /// Writes a page.
    func write(_ page: HTMLDocument) throws {
        try AtomicFile.write(Array(page.html(png: Self.png).utf8), to: path)
    }

    /// Writes a text.
    func write(text: String) throws { try AtomicFile.write(Array(text.utf8), to: path) }

    private static func png(_ pixels: Drawing.Pixels) throws(KalsaeError) -> [UInt8] {
        try ImagePixels(
            width: pixels.width, height: pixels.height, channels: 4, bytes: pixels.bytes
        ).encodePNG()
    }
}
