import Glibc
import KalsaeFiles
import KalsaeSupport

/// Files that a log may be appended to: nobody else's.
extension MetricLog {
    /// Throws where a path names a file or folder that is there and that no log was written into;
    /// nothing is made or changed.
    public static func check(_ path: String) throws(KalsaeError) {
        var status = stat()
        guard stat(path, &status) == 0 else { return }
        switch Format(path: path) {
        case .csv:
            let line = try firstLine(of: path)
            guard !line.isEmpty, line != header else { return }
            throw other(path, expected: "the header \(header)", got: String(line.prefix(80)))
        case .jsonLines:
            let line = try firstLine(of: path)
            let object = try? JSONValue(parsing: line)
            let keys = header.split(separator: ",").map(String.init)
            guard !line.isEmpty, object?.members?.map(\.key) != keys else { return }
            throw other(
                path, expected: "objects of \(header)", got: String(line.prefix(80)))
        case .tensorBoard:
            guard status.st_mode & S_IFMT == S_IFDIR else {
                throw KalsaeError(
                    path, expected: "a folder of TensorBoard's event files, or a new one",
                    got: "a file",
                    advice: "other logs are files that end with .csv or .jsonl")
            }
            try checkEvents(path)
        }
    }

    /// The first line of a file, or its beginning.
    private static func firstLine(of path: String) throws(KalsaeError) -> String {
        let bytes = try FileBytes.prefix(of: path, count: 1 << 16)
        return String(decoding: bytes.prefix { $0 != 0x0a && $0 != 0x0d }, as: UTF8.self)
    }

    /// Throws where a folder holds more than event files, and folders of such.
    private static func checkEvents(_ folder: String, depth: Int = 3) throws(KalsaeError) {
        for name in try FolderListing.names(in: folder) {
            let path = "\(folder)/\(name)"
            if FolderListing.isFolder(path), depth > 0 {
                try checkEvents(path, depth: depth - 1)
            } else if !name.contains(".tfevents.") {
                throw other(path, expected: "TensorBoard's event files alone", got: "\"\(name)\"")
            }
        }
    }

    private static func other(_ path: String, expected: String, got: String) -> KalsaeError {
        KalsaeError(
            path, expected: "a log that was written by --log, with \(expected)", got: got,
            advice: "choose another name: what is in the file stays as it is")
    }
}
