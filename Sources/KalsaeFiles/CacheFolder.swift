import Glibc

/// The folder of what can be made again: `kalsae` in the XDG cache.
public enum CacheFolder {
    /// `kalsae` in `$XDG_CACHE_HOME`, or in `~/.cache` when that is unset, empty or relative; nil where the
    /// environment names no folder.
    public static var path: String? {
        if let cache = variable("XDG_CACHE_HOME"), cache.hasPrefix("/") { return "\(cache)/kalsae" }
        guard let home = variable("HOME"), home.hasPrefix("/") else { return nil }
        return "\(home)/.cache/kalsae"
    }

    private static func variable(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }
}
