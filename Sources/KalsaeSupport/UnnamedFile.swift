import Glibc

/// A file that no folder names, for what does not fit into memory: it goes with its last descriptor,
/// however the process ends.
package enum UnnamedFile {
    /// Opens one to read and write, closed in child processes; −1 with `errno` where that fails.
    ///
    /// - Parameter folder: whose disc it takes.
    package static func open(in folder: String) -> Int32 {
        var path = Array("\(folder)/.kalsae-XXXXXX".utf8CString)
        let file = mkstemp(&path)
        guard file >= 0 else { return file }
        unlink(path)
        _ = fcntl(file, F_SETFD, FD_CLOEXEC)
        return file
    }
}
