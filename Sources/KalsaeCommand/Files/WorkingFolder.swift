import Glibc
import KalsaeSupport

/// The folder that relative paths are seen from.
enum WorkingFolder {
    /// Its path.
    static var path: String {
        guard let pointer = getcwd(nil, 0) else { return "." }
        defer { free(pointer) }
        return String(cString: pointer)
    }

    /// The folder that the process began in.
    static let begun = path

    /// Makes another folder the working one, so that the paths of a recorded call mean the same; it
    /// says so.
    static func enter(_ folder: String) throws(KalsaeError) {
        // It is read when it is first asked for: before the process goes elsewhere.
        _ = begun
        guard !folder.isEmpty, folder != path else { return }
        guard chdir(folder) == 0 else {
            throw .system(folder, expected: "the folder that the run began in", code: errno)
        }
        Notice.say("paths are seen from \(folder), where the run began")
    }
}
