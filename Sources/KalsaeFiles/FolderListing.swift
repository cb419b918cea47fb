import Glibc
import KalsaeSupport

/// What lies in folders, by name.
package enum FolderListing {
    /// The names in a folder but hidden ones, sorted.
    package static func names(in folder: String) throws(KalsaeError) -> [String] {
        guard let stream = opendir(folder) else {
            throw KalsaeError(
                folder, expected: "a readable folder", got: String(cString: strerror(errno)))
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let length = MemoryLayout.size(ofValue: entry.pointee.d_name)
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: length) { String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }

    /// Whether there is a folder at a path, links followed.
    package static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// The bytes of a regular file; nil for what is none.
    package static func size(ofFile path: String) -> Int? {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return Int(status.st_size)
    }

    /// The paths of all files in a folder and those within, in the order of their names.
    package static func files(under folder: String) throws(KalsaeError) -> [String] {
        // A class has few levels; links may lead in circles, and a whole disc may be named by mistake.
        let deepest = 4
        var files: [String] = []
        var waiting = [(path: folder, depth: 0)]
        while let next = waiting.popLast() {
            guard next.depth < deepest else {
                throw KalsaeError(
                    next.path, expected: "at most \(deepest) folders inside each other",
                    got: "more", advice: "give the folder that holds the classes")
            }
            for name in try names(in: next.path) {
                let path = "\(next.path)/\(name)"
                if isFolder(path) {
                    waiting.append((path, next.depth + 1))
                } else {
                    files.append(path)
                }
            }
        }
        return files.sorted()
    }
}
