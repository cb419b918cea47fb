import CKalsaeMPI
import Glibc
import KalsaeSupport

/// The library that the user's `mpicc` made of Kalsae's C file, opened at run time: nothing needs MPI
/// to build, and one program runs with any implementation.
public struct MPILibrary: Sendable {
    /// Its file.
    public let path: String
    // The table lies in the library, which stays open.
    let table: kalsae_mpi_v1

    /// The name of the one function of the library.
    package static let symbol = "kalsae_mpi_open_v1"

    /// Where it is looked for: `KALSAE_MPI`, else `usualPath`; nil where there is neither, or where
    /// `KALSAE_MPI` is `off`.
    public static var wantedPath: String? {
        switch EnvironmentFlag.mpi.value {
        case "": usualPath
        case "off": nil
        case let path: path
        }
    }

    /// `kalsae/libkalsae-mpi.so` in the XDG data folder (`$XDG_DATA_HOME`, or `~/.local/share` when
    /// that is unset, empty or relative); nil where the environment names no folder.
    public static var usualPath: String? {
        let file = "kalsae/libkalsae-mpi.so"
        if let folder = variable("XDG_DATA_HOME"), folder.hasPrefix("/") {
            return "\(folder)/\(file)"
        }
        guard let home = variable("HOME"), home.hasPrefix("/") else { return nil }
        return "\(home)/.local/share/\(file)"
    }

    /// Opens a library.
    public init(_ path: String) throws(KalsaeError) {
        // Without a slash `dlopen` would look elsewhere.
        let file = path.contains("/") ? path : "./\(path)"
        guard access(file, F_OK) == 0 else {
            throw KalsaeError(
                path, expected: "a library for MPI", got: "no such file", advice: Self.advice)
        }
        // Plug-ins of Open MPI look for its symbols among the global ones.
        guard let opened = dlopen(file, RTLD_NOW | RTLD_GLOBAL) else {
            let reason = dlerror().map { String(cString: $0) } ?? "an error without a reason"
            throw KalsaeError(
                path, expected: "a library for MPI", got: reason, advice: Self.advice)
        }
        guard let symbol = dlsym(opened, Self.symbol) else {
            throw KalsaeError(
                path, expected: "a library for MPI with \(Self.symbol)", got: "none",
                advice: Self.advice)
        }
        let open = unsafeBitCast(
            symbol, to: (@convention(c) () -> UnsafePointer<kalsae_mpi_v1>?).self)
        guard let table = open()?.pointee, (1...16).contains(table.request_size) else {
            throw KalsaeError(
                path, expected: "a library for MPI", got: "one without its table",
                advice: Self.advice)
        }
        (self.path, self.table) = (path, table)
    }

    static let advice = "kalsae mpi build makes one"

    /// The beginning of what MPI says about itself: `Open MPI v4.1.4`.
    public var version: String {
        let words = Self.text { self.table.library($0, $1) }.prefix { $0 != "," }
            .split(whereSeparator: \.isWhitespace)
        return words.isEmpty ? "an MPI without a name" : words.joined(separator: " ")
    }

    /// A text that a function of the table writes, up to its first line end or zero.
    static func text(_ write: (UnsafeMutablePointer<CChar>, Int32) -> Void) -> String {
        let text = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 512) { buffer in
            guard let base = buffer.baseAddress else { return "" }
            buffer.initialize(repeating: 0)
            write(base, Int32(buffer.count))
            return String(cString: base)
        }
        return text.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
    }

    private static func variable(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }
}
