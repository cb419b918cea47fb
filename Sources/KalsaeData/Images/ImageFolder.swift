import KalsaeFiles
import KalsaeSupport

/// A folder with a folder of PNG or JPEG files for each class.
///
/// The classes are the folders' names, sorted. Where the folder has folders `train` and `test` (or
/// `val`, `valid`, `validation`), those have the classes, and the parts are theirs.
public struct ImageFolder: Sendable {
    /// A part of the folder, as it is there.
    public enum Part: String, CaseIterable, Sendable {
        /// What is trained on, or all that there is.
        case train
        /// What choices are judged by.
        case validation
        /// What the result is reported on.
        case test

        /// The names that its folder may have.
        var names: [String] {
            switch self {
            case .train: ["train", "training"]
            case .validation: ["validation", "valid", "val"]
            case .test: ["test", "testing"]
            }
        }
    }

    /// The images of a part with the numbers of their classes.
    public struct Images: Sendable, Equatable {
        /// The files, class by class, by name.
        public let sources: [ImageSource]
        /// The class of each.
        public let classes: [Int32]
    }

    /// Its path.
    public let path: String
    /// The classes' names.
    public let classNames: [String]
    /// The parts that there are; `train` always.
    public let parts: [Part: Images]
    /// Files that are no images by their names.
    public let otherFiles: Int

    /// Reads the headers of all images.
    ///
    /// - Throws: a `KalsaeError` where there are no classes, a class has no images, or a file is
    ///   damaged.
    public init(path: String) throws(KalsaeError) {
        let path = path.hasSuffix("/") && path.count > 1 ? String(path.dropLast()) : path
        self.path = path
        let folders = try Self.partFolders(path)
        let root = folders[.train] ?? path
        classNames = try FolderListing.names(in: root).filter {
            FolderListing.isFolder("\(root)/\($0)")
        }
        guard !classNames.isEmpty else { throw Self.withoutClasses(path, root) }
        try Self.checkSpellings(classNames, root)
        guard classNames.count > 1 else {
            throw KalsaeError(
                path, expected: "a folder for each of two classes or more",
                got: "one, \(classNames[0])")
        }
        var parts: [Part: Images] = [:]
        var others = 0
        for part in Part.allCases {
            guard let folder = part == .train ? root : folders[part] else { continue }
            let (images, count) = try Self.images(folder, classNames, isWhole: part == .train)
            parts[part] = images
            others += count
        }
        self.parts = parts
        otherFiles = others
    }

    /// The paths of all images in a folder and those within, by name.
    ///
    /// - Throws: a `KalsaeError` where there are none.
    public static func allImages(in path: String) throws(KalsaeError) -> [String] {
        let root = path.hasSuffix("/") && path.count > 1 ? String(path.dropLast()) : path
        let files = try FolderListing.files(under: root)
        let images = files.filter { ImageFile.isNamed($0) }
        guard !images.isEmpty else {
            throw KalsaeError(
                path, expected: "PNG or JPEG files", got: "\(files.count) other files")
        }
        return images
    }

    /// The folders of parts, where there are some beside that of training.
    private static func partFolders(_ path: String) throws(KalsaeError) -> [Part: String] {
        let names = try FolderListing.names(in: path)
        var folders: [Part: String] = [:]
        for part in Part.allCases {
            let name = names.first { name in
                part.names.contains(name.lowercased()) && FolderListing.isFolder("\(path)/\(name)")
            }
            if let name { folders[part] = "\(path)/\(name)" }
        }
        return folders[.train] != nil && folders.count > 1 ? folders : [:]
    }

    /// Throws for two folders whose names are one text to a reader, as an é of one code point and one
    /// of two: they would be one class in name and two in number.
    private static func checkSpellings(_ names: [String], _ root: String) throws(KalsaeError) {
        var seen: Set<String> = []
        guard let twice = names.first(where: { !seen.insert($0).inserted }) else { return }
        throw KalsaeError(
            root, expected: "folders whose names look different",
            got:
                "two of \"\(twice)\", which differ in how letters with accents are written (Unicode "
                + "normalization)",
            advice: "move their images into one of them, or rename one")
    }

    private static func withoutClasses(_ path: String, _ root: String) -> KalsaeError {
        let files = (try? FolderListing.names(in: root)) ?? []
        let images = files.count { ImageFile.isNamed($0) }
        return KalsaeError(
            path, expected: "a folder for each class, with PNG or JPEG files",
            got: images > 0
                ? "\(images.counting("image")) beside each other"
                : files.count.counting("other file"),
            advice: images > 0
                ? "move the images of each class into a folder of its name" : "check the path")
    }

    private static func images(
        _ folder: String, _ classNames: [String], isWhole: Bool
    ) throws(KalsaeError) -> (Images, others: Int) {
        let names = try FolderListing.names(in: folder).filter {
            FolderListing.isFolder("\(folder)/\($0)")
        }
        try checkSpellings(names, folder)
        if let stranger = names.first(where: { !classNames.contains($0) }) {
            throw KalsaeError(
                folder, expected: "classes of the training images", got: "\"\(stranger)\"")
        }
        var (paths, classes, others) = ([String](), [Int32](), 0)
        for name in names {
            let files = try FolderListing.files(under: "\(folder)/\(name)")
            let images = files.filter { ImageFile.isNamed($0) }
            guard !images.isEmpty || !isWhole else {
                throw KalsaeError(
                    "\(folder)/\(name)", expected: "PNG or JPEG files, as a class has",
                    got: "\(files.count) other files", advice: "remove the folder, or fill it")
            }
            others += files.count - images.count
            paths += images
            let number = Int32(classNames.firstIndex(of: name) ?? 0)
            classes += [Int32](repeating: number, count: images.count)
        }
        return (Images(sources: try ImageSource.read(paths), classes: classes), others)
    }
}
