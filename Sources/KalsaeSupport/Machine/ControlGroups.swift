/// The control groups of a process, which limit what it may use: a group has no more than the groups above it.
enum ControlGroups {
    /// The folder of a group, and whether it is of version 2 of control groups.
    typealias Folder = (path: String, isNew: Bool)

    /// What the system says about this process's groups.
    static var own: String { SystemFile.text("/proc/self/cgroup") ?? "" }

    /// The folders of the groups that limit a resource, those of a process before those above them.
    ///
    /// - Parameters:
    ///   - resource: as version 1 names it: `cpu`, `memory`.
    ///   - groups: what `/proc/self/cgroup` says, lines as `0::/user.slice/run`.
    static func folders(of resource: String, in groups: String) -> [Folder] {
        var folders: [Folder] = []
        for line in groups.split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { continue }
            let isNew = parts[1].isEmpty
            guard isNew || parts[1].split(separator: ",").contains(resource[...]) else { continue }
            let root = "/sys/fs/cgroup" + (isNew ? "" : "/\(resource)")
            var path = parts[2] == "/" ? "" : String(parts[2])
            while true {
                folders.append((root + path, isNew))
                guard let slash = path.lastIndex(of: "/") else { break }
                path = String(path[..<slash])
            }
        }
        return folders
    }
}
