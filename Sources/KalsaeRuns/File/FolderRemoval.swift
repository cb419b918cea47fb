import Glibc
import KalsaeFiles
import KalsaeSupport

/// Removes a folder with all that is in it, and nothing that links lead to.
enum FolderRemoval {
    /// Removes it; a folder that is not there is no error.
    static func remove(_ path: String) throws(KalsaeError) {
        var (waiting, folders) = ([path], [String]())
        while let folder = waiting.popLast() {
            guard let entries = opendir(folder) else {
                if errno == ENOENT { continue }
                throw .system(folder, expected: "a folder to remove", code: errno)
            }
            folders.append(folder)
            defer { closedir(entries) }
            while let entry = readdir(entries) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                    String(cString: UnsafeRawPointer(pointer).assumingMemoryBound(to: CChar.self))
                }
                if name == "." || name == ".." { continue }
                let child = "\(folder)/\(name)"
                var status = stat()
                guard lstat(child, &status) == 0 else { continue }
                if status.st_mode & S_IFMT == S_IFDIR {
                    waiting.append(child)
                } else if unlink(child) != 0, errno != ENOENT {
                    throw .system(child, expected: "to remove", code: errno)
                }
            }
        }
        for folder in folders.reversed() where rmdir(folder) != 0 && errno != ENOENT {
            throw .system(folder, expected: "to remove", code: errno)
        }
    }
}
