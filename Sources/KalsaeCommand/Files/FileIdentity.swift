import Glibc
import KalsaeFiles
import KalsaeSupport

/// What a path names, however it is written.
enum FileIdentity {
    /// Whether two paths name one file.
    static func isSame(_ left: String, _ right: String) -> Bool {
        var (a, b) = (stat(), stat())
        guard stat(left, &a) == 0, stat(right, &b) == 0 else { return false }
        return a.st_dev == b.st_dev && a.st_ino == b.st_ino
    }

    /// Whether two paths name one file, or will once it is made.
    static func areOne(_ left: String, _ right: String) -> Bool {
        func whole(_ path: String) -> String {
            let name = path.split(separator: "/").last.map(String.init) ?? ""
            return "\(resolved(folder(of: path)) ?? folder(of: path))/\(name)"
        }
        return isSame(left, right) || whole(left) == whole(right)
    }

    /// Whether there is a file of bytes at a path; devices and pipes are none.
    static func isRegular(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }

    /// Throws where an output is there already and may not be replaced, or cannot be written.
    static func checkNew(
        _ path: String, overwrite: Bool, as option: String = "--output"
    ) throws(KalsaeError) {
        guard overwrite || !isRegular(path) else {
            throw KalsaeError(
                path, expected: "a new file", got: "one that is there",
                advice: "give another \(option), or --overwrite to replace it")
        }
        try AtomicFile.checkWritable(path)
    }

    /// The first bytes of a file, none where it cannot be read, or only once.
    static func beginning(of path: String, count: Int) -> [UInt8] {
        isRegular(path) ? (try? FileBytes.prefix(of: path, count: count)) ?? [] : []
    }

    /// The path of a file as seen from a folder, links resolved; as it is where one does not exist.
    static func path(of file: String, from folder: String) -> String {
        guard let file = resolved(file), let folder = resolved(folder) else { return file }
        let (to, from) = (file.split(separator: "/"), folder.split(separator: "/"))
        let shared = zip(to, from).prefix { $0 == $1 }.count
        let up = Array(repeating: "..", count: from.count - shared)
        return (up + to[shared...].map(String.init)).joined(separator: "/")
    }

    /// The folder that a path lies in.
    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// The last part of a path without its suffix, and without `.gz` behind that:
    /// `sales.2023` for `data/sales.2023.csv.gz`. A suffix of digits alone is part of the name.
    static func stem(of path: String) -> String {
        var name = path.split(separator: "/").last.map(String.init) ?? path
        if name.count > 3, name.lowercased().hasSuffix(".gz") { name = String(name.dropLast(3)) }
        guard let dot = name.lastIndex(of: "."), dot > name.startIndex else { return name }
        let suffix = name[dot...].dropFirst()
        return suffix.allSatisfy(\.isNumber) ? name : String(name[..<dot])
    }

    private static func resolved(_ path: String) -> String? {
        guard let pointer = realpath(path, nil) else { return nil }
        defer { free(pointer) }
        return String(cString: pointer)
    }
}

/// Files that an output must not replace because the same command reads them.
struct ReadFiles {
    private var files: [(what: String, path: String)] = []

    /// Adds a file with what it is, as in `the table`.
    mutating func add(_ what: String, _ path: String?) {
        if let path, !FileBytes.isInheritedPipe(path) { files.append((what, path)) }
    }

    /// Throws where an output is one of them.
    ///
    /// - Parameter option: what names the output.
    func check(_ output: String, option: String = "--output") throws(KalsaeError) {
        for (what, path) in files where FileIdentity.areOne(output, path) {
            throw KalsaeError(
                option, expected: "another file than \(what) \(path)", got: output,
                advice: "choose a name of its own")
        }
    }
}
