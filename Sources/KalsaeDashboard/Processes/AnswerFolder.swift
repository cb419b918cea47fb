import Glibc
import KalsaeSupport
import Synchronization

/// Where processes that answer write: a folder of this server, with one in it for each call.
///
/// A file `lock` in it is held for as long as the server lives, which the system gives back however
/// that ends: a folder whose lock nobody holds is of a server that is gone.
package final class AnswerFolder: Sendable {
    private static let prefix = "kalsae-serve-"
    /// What a folder of a call, and in older versions the folder itself, may hold.
    private static let files = ["out", "errors", "lock", "lock-new"]
    /// How old a folder without a lock must be, in seconds: one that is being made has none yet.
    private static let oldest = 3600

    private struct Own {
        var path: String
        var lock: Int32
    }

    private let temporary: String
    private let own = Mutex<Own?>(nil)

    /// - Parameter temporary: the folder for temporary files.
    package init(in temporary: String) { self.temporary = temporary }

    /// A new folder for one call.
    package func fresh() throws -> String {
        try own.withLock { own in
            if let known = own, let folder = Self.make("\(known.path)/XXXXXX") { return folder }
            if let known = own { close(known.lock) }
            own = nil
            let made = try make()
            own = made
            guard let folder = Self.make("\(made.path)/XXXXXX") else { throw Self.fault }
            return folder
        }
    }

    /// Removes this server's folder; a later call makes another one.
    package func remove() {
        own.withLock { own in
            guard let known = own else { return }
            own = nil
            Self.remove(known.path)
            close(known.lock)
        }
    }

    /// Removes the folders of servers that are gone.
    package func removeStale() {
        guard let entries = opendir(temporary) else { return }
        defer { closedir(entries) }
        for name in Self.names(entries) where name.hasPrefix(Self.prefix) {
            let path = "\(temporary)/\(name)"
            guard let folder = Self.opened(path) else { continue }
            defer { close(folder) }
            let lock = openat(folder, "lock", O_RDWR | O_NOFOLLOW | O_CLOEXEC)
            guard lock >= 0 else {
                var status = stat()
                if errno == ENOENT, fstat(folder, &status) == 0,
                    time(nil) - status.st_mtim.tv_sec > Self.oldest
                {
                    Self.remove(path)
                }
                continue
            }
            defer { close(lock) }
            if flock(lock, LOCK_EX | LOCK_NB) == 0 { Self.remove(path) }
        }
    }

    /// A folder with a lock that is held before it has its name.
    private func make() throws -> Own {
        guard let path = Self.make("\(temporary)/\(Self.prefix)XXXXXX") else { throw Self.fault }
        let lock = open(
            "\(path)/lock-new", O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard lock >= 0, flock(lock, LOCK_EX | LOCK_NB) == 0,
            rename("\(path)/lock-new", "\(path)/lock") == 0
        else {
            let fault = Self.fault
            if lock >= 0 { close(lock) }
            Self.remove(path)
            throw fault
        }
        return Own(path: path, lock: lock)
    }

    private static var fault: HTTPFault {
        HTTPFault(507, "temporary folder: \(String(cString: strerror(errno)))")
    }

    private static func make(_ template: String) -> String? {
        var path = Array(template.utf8CString)
        guard let made = mkdtemp(&path) else { return nil }
        return String(cString: made)
    }

    /// A folder of this user's, which is no link; nil for all others.
    private static func opened(_ name: String, in parent: Int32 = AT_FDCWD) -> Int32? {
        let folder = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard folder >= 0 else { return nil }
        var status = stat()
        guard fstat(folder, &status) == 0, status.st_uid == geteuid() else {
            close(folder)
            return nil
        }
        return folder
    }

    /// Removes what a server puts into its folder, and the folder where nothing else is in it.
    private static func remove(_ path: String) {
        guard let folder = opened(path) else { return }
        defer { close(folder) }
        let copy = dup(folder)
        if let entries = fdopendir(copy) {
            for name in names(entries) {
                guard let call = opened(name, in: folder) else { continue }
                for file in files { unlinkat(call, file, 0) }
                close(call)
                unlinkat(folder, name, AT_REMOVEDIR)
            }
            closedir(entries)
        } else if copy >= 0 {
            close(copy)
        }
        for file in files { unlinkat(folder, file, 0) }
        rmdir(path)
    }

    private static func names(_ entries: OpaquePointer) -> [String] {
        var names: [String] = []
        while let entry = readdir(entries) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                String(cString: UnsafeRawPointer(pointer).assumingMemoryBound(to: CChar.self))
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }
}
