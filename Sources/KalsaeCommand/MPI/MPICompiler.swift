import Foundation
import KalsaeSupport

/// The compiler of an MPI, which knows where its headers and libraries are.
struct MPICompiler {
    /// Its file.
    let path: String

    /// A compiler by its path or name, or `mpicc`.
    init(_ wanted: String?) throws(KalsaeError) {
        let name = wanted ?? "mpicc"
        let folders = name.contains("/") ? [""] : Self.folders.map { "\($0)/" }
        let found = folders.map { $0 + name }.first {
            FileManager.default.isExecutableFile(atPath: $0)
        }
        guard let found else {
            throw KalsaeError(
                "mpi build", expected: "MPI's compiler \(name)",
                got: name.contains("/") ? "no program of that path" : "none in PATH",
                advice: wanted == nil
                    ? "install MPI (Debian: libopenmpi-dev and openmpi-bin), or give its compiler: "
                        + "--mpicc PATH" : "check the path")
        }
        path = found
    }

    private static var folders: [Substring] {
        (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    }

    /// Makes a library of a C file.
    func compile(_ source: String, to library: String) throws(KalsaeError) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = ["-O2", "-shared", "-fPIC", "-o", library, source]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        let errors = Pipe()
        process.standardError = errors
        do { try process.run() } catch {
            throw KalsaeError(
                path, expected: "to start it", got: error.localizedDescription,
                advice: "check the path")
        }
        let bytes = (try? errors.fileHandleForReading.readToEnd()) ?? Data()
        process.waitUntilExit()
        guard
            process.terminationStatus != 0
                || !FileManager.default.fileExists(atPath: library)
        else { return }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        let line = lines.first { $0.contains("error") } ?? lines.first
        throw KalsaeError(
            path, expected: "to compile a C file against MPI",
            got: line.map { "\"\($0)\"" } ?? "code \(process.terminationStatus)",
            advice: "see what it needs: kalsae mpi source > kalsae_mpi.c, then "
                + "\(path) -shared -fPIC kalsae_mpi.c")
    }
}
