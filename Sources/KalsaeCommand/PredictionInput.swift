import KalsaeData
import KalsaeFiles
import KalsaeSupport

/// What is predicted at once.
enum PredictionInput {
    /// The rows of a file.
    case file(String)
    /// PNG or JPEG files.
    case images([String])

    /// The most images that are decoded at once.
    private static let mostImages = 256

    /// What a model of images is asked: folders are all images in them, images beside each other go
    /// together.
    ///
    /// - Throws: a `KalsaeError` for a folder without images.
    static func images(_ paths: [String]) throws(KalsaeError) -> [PredictionInput] {
        var inputs: [PredictionInput] = []
        var images: [String] = []
        func flush() {
            for start in stride(from: 0, to: images.count, by: mostImages) {
                inputs.append(.images(Array(images[start...].prefix(mostImages))))
            }
            images = []
        }
        for path in paths {
            let set = FileSet(path: path)
            if set?.kind == .images {
                images += try ImageFolder.allImages(in: path)
            } else if set == nil, ImageFile.isNamed(path) {
                images.append(path)
            } else {
                flush()
                inputs.append(.file(path))
            }
        }
        flush()
        return inputs
    }

    /// A name for messages.
    var name: String {
        switch self {
        case .file(let path): path
        case .images(let paths): paths.first ?? ""
        }
    }

    /// The rows of each file, for `--json`.
    func counts(rows: Int) -> [JSONValue] {
        switch self {
        case .file(let path): [["file": .string(path), "rows": .integer(rows)]]
        case .images(let paths): paths.map { ["file": .string($0), "rows": .integer(1)] }
        }
    }
}

extension [PredictionInput] {
    /// Whether each row tells its file: where there are several, and of images always.
    var namesFiles: Bool {
        count > 1
            || contains { input in
                if case .images = input { true } else { false }
            }
    }
}
