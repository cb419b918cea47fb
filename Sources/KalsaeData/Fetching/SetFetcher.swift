import Glibc
import KalsaeFiles
import KalsaeSupport

/// Fetches the files of a set into a folder where the set is found by its name.
package struct SetFetcher {
    /// What came of a file.
    package struct Outcome: Sendable, Equatable {
        /// Its name.
        package var name: String
        /// Its length.
        package var bytes: Int
        /// The mirror that it came from; nil where it was there.
        package var mirror: String?
        /// Where it went on; 0 from the beginning.
        package var resumedFrom: Int
    }

    private let set: RemoteSet
    /// The folder that the set is in.
    package let folder: String
    private let mirrors: [String]
    private let pause: Int

    /// Prepares to fetch a set.
    ///
    /// - Parameters:
    ///   - folder: where the set goes; nil for the data folder of the user.
    ///   - mirror: an address that is taken instead of those of the set.
    ///   - pause: milliseconds before a mirror is tried again.
    package init(
        _ set: RemoteSet, to folder: String?, mirror: String? = nil, pause: Int = 500
    ) throws(KalsaeError) {
        self.set = set
        self.pause = pause
        guard let folder = folder ?? DataFolders.cache.map({ "\($0)/\(set.name)" }) else {
            throw KalsaeError(
                "data fetch", expected: "HOME or XDG_CACHE_HOME with an absolute path", got: "none",
                advice: "name a folder with --to")
        }
        self.folder = folder
        if let mirror {
            guard ["http://", "https://"].contains(where: mirror.lowercased().hasPrefix) else {
                throw KalsaeError(
                    "--mirror", expected: "an address that begins with http:// or https://",
                    got: mirror)
            }
        }
        mirrors = mirror.map { [$0] } ?? set.mirrors
    }

    /// Fetches what is not there.
    ///
    /// - Parameter onBytes: called with a file and how many of its bytes are there; throws to end it.
    package func run(_ onBytes: @escaping (RemoteFile, Int) throws -> Void) throws -> [Outcome] {
        try makeFolder()
        if !set.members.isEmpty, CIFARFiles.found(folder) != nil {
            return set.files.map { Outcome(name: $0.name, bytes: $0.bytes, resumedFrom: 0) }
        }
        var outcomes: [Outcome] = []
        for file in set.files {
            let download = Download(file: file, folder: folder, mirrors: mirrors, pause: pause) {
                try onBytes(file, $0)
            }
            let result = try download.run()
            outcomes.append(
                Outcome(
                    name: file.name, bytes: file.bytes, mirror: result.mirror,
                    resumedFrom: result.resumedFrom))
            if !set.members.isEmpty { try unpack("\(folder)/\(file.name)") }
        }
        return outcomes
    }

    /// Takes the members that are needed out of an archive, which goes then.
    private func unpack(_ path: String) throws {
        let bytes = try Gzip.decompress(FileBytes.read(path), subject: path)
        let archive = try TarFile(bytes, subject: path)
        for name in set.members {
            // By the last part alone: an archive says nothing of where files go.
            guard
                let member = archive.members.first(where: {
                    $0.path.split(separator: "/").last == name[...]
                })
            else {
                throw KalsaeError(path, expected: "the file \(name) inside", got: "none")
            }
            try AtomicFile.write(Array(bytes[member.range]), to: "\(folder)/\(name)")
        }
        unlink(path)
    }

    private func makeFolder() throws(KalsaeError) {
        var path = folder.hasPrefix("/") ? "" : "."
        for part in folder.split(separator: "/") {
            path += "/\(part)"
            guard mkdir(path, 0o777) == 0 || errno == EEXIST else {
                throw .system(path, expected: "to make the folder", code: errno)
            }
        }
        guard FolderListing.isFolder(folder) else {
            throw KalsaeError(folder, expected: "a folder", got: "a file")
        }
    }
}
