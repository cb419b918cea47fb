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

    /// Makes another folder the working one, so that the paths of a recorded call mean the same; it
    /// says so.
    static func enter(_ folder: String) throws(KalsaeError) {
        guard !folder.isEmpty, folder != path else { return }
        guard chdir(folder) == 0 else {
            throw .system(folder, expected: "the folder that the run began in", code: errno)
        }
        Notice.say("paths are seen from \(folder), where the run began")
    }
}
