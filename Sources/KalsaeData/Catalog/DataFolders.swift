import Glibc
import KalsaeFiles
import KalsaeSupport

/// The folders where data sets are looked for.
public enum DataFolders {
    /// `$KALSAE_DATA` if set, then `kalsae` in the XDG cache (`$XDG_CACHE_HOME`, or `~/.cache` when
    /// that is unset, empty or relative).
    public static var folders: [String] {
        var folders: [String] = []
        if !EnvironmentFlag.data.value.isEmpty { folders.append(EnvironmentFlag.data.value) }
        if let cache { folders.append(cache) }
        return folders
    }

    /// `kalsae` in the XDG cache; nil where the environment names no folder.
    public static var cache: String? { CacheFolder.path }

    /// The table of that file name in `tabular/` of one of the folders, or nil.
    public static func table(named name: String) -> String? {
        guard !name.contains("/") else { return nil }
        return folders.map { "\($0)/tabular/\(name)" }.first { isReadable($0) }
    }

    /// Where data wait that do not fit into memory: the cache, on whose disc data are expected.
    package static var scratch: String { cache ?? "/var/tmp" }

    /// The paths of all tables in `tabular/` of the folders, by name: `.csv`, `.tsv` and `.data`,
    /// plain or gzip.
    static var tables: [String] {
        folders.flatMap { folder in
            let names = ((try? FolderListing.names(in: "\(folder)/tabular")) ?? []).filter { name in
                let plain = name.hasSuffix(".gz") ? String(name.dropLast(3)) : name
                return [".csv", ".tsv", ".data"].contains { plain.hasSuffix($0) }
            }
            return names.map { "\(folder)/tabular/\($0)" }
        }
    }

    /// Whether there is a file that can be read.
    package static func isReadable(_ path: String) -> Bool { access(path, R_OK) == 0 }
}
