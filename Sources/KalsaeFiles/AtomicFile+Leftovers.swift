import Glibc

extension AtomicFile {
    /// Opens a new file beside a destination and locks it, so that nobody takes it for a leftover;
    /// -1 where the system refuses.
    ///
    /// The lock ends with the process, however that ends: a file that can be locked is nobody's.
    static func openBeside(_ path: String) -> Int32 {
        while true {
            let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
            // A file system without locks has no leftovers swept, and is written to all the same.
            guard file >= 0, flock(file, LOCK_EX) == 0 else { return file }
            var status = stat()
            guard fstat(file, &status) == 0, status.st_nlink == 0 else { return file }
            // Somebody swept it before it was locked.
            close(file)
        }
    }

    /// Removes what killed writers of a destination left beside it.
    static func removeLeftovers(of name: String, in folder: String) {
        guard let entries = opendir(folder.isEmpty ? "/" : folder) else { return }
        defer { closedir(entries) }
        while let entry = readdir(entries) {
            let found = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard isLeftover(found, of: name) else { continue }
            let path = "\(folder)/\(found)"
            let file = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
            guard file >= 0 else { continue }
            if flock(file, LOCK_EX | LOCK_NB) == 0 { unlink(path) }
            close(file)
        }
    }

    /// Whether a name is `.NAME.PROCESS-NUMBER.partial`.
    private static func isLeftover(_ found: String, of name: String) -> Bool {
        let (start, end) = (".\(name).", ".partial")
        guard found.hasPrefix(start), found.hasSuffix(end),
            found.utf8.count > start.utf8.count + end.utf8.count
        else { return false }
        let middle = found.utf8.dropFirst(start.utf8.count).dropLast(end.utf8.count)
        return middle.allSatisfy { (48...57).contains($0) || $0 == 45 }
    }
}
