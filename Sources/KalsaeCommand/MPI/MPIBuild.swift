import ArgumentParser
import Foundation
import KalsaeDistributed
import KalsaeFiles
import KalsaeSupport

struct MPIBuild: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "build", abstract: "Compile the library for this machine's MPI.",
        discussion: """
            A library that an earlier build made is replaced, another file only with --overwrite. On \
            hosts with another MPI, or with folders of their own, it is built there too.

            Examples:
              kalsae mpi build
              kalsae mpi build --mpicc /opt/mpich/bin/mpicc --output mpich.so
              KALSAE_MPI=$PWD/mpich.so /opt/mpich/bin/mpiexec -n 4 kalsae mpi test
            """)

    @Option(
        help: ArgumentHelp(
            "The library's file; without it kalsae/libkalsae-mpi.so in the XDG data folder, where "
                + "it is looked for.", valueName: "file"), completion: .file())
    var output: String?

    @Option(
        help: ArgumentHelp("The compiler; without it the mpicc of PATH.", valueName: "program"),
        completion: .file())
    var mpicc: String?

    @Flag(help: "Replace a file that is no library of Kalsae.")
    var overwrite = false

    @Flag(help: "Print one JSON object on one line to standard output.")
    var json = false

    func run() throws {
        let path = try destination()
        let compiler = try MPICompiler(mpicc)
        let folder = try Self.temporaryFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let (source, made) = ("\(folder)/\(MPISource.fileName)", "\(folder)/library.so")
        try AtomicFile.write(Array(MPISource.text.utf8), to: source)
        try compiler.compile(source, to: made)
        let version = try MPILibrary(made).version
        if output == nil { try Self.makeFolder((path as NSString).deletingLastPathComponent) }
        try AtomicFile.write(FileBytes.read(made), to: path)

        let isFound = MPILibrary.wantedPath == path
        if json {
            return try Console.print(
                [
                    "library": .string(path), "mpi": .string(version),
                    "compiler": .string(compiler.path), "found": .bool(isFound),
                ] as JSONValue)
        }
        try Console.print("\(path): for \(version), by \(compiler.path)")
        let full = URL(fileURLWithPath: path).path
        try Console.print(
            isFound
                ? "Try it: mpirun -n 2 kalsae mpi test"
                : "Try it: KALSAE_MPI=\(full) mpirun -n 2 kalsae mpi test")
    }

    /// Where the library goes, which holds nothing or an earlier one.
    private func destination() throws(KalsaeError) -> String {
        guard let path = output ?? MPILibrary.usualPath else {
            throw KalsaeError(
                "mpi build", expected: "HOME or XDG_DATA_HOME with an absolute path", got: "none",
                advice: "or give the file: --output libkalsae-mpi.so")
        }
        if !overwrite, FileIdentity.isRegular(path) {
            let text = String(decoding: try FileBytes.read(path), as: UTF8.self)
            guard text.contains(MPILibrary.symbol) else {
                throw KalsaeError(
                    path, expected: "a new file, or a library of an earlier build",
                    got: "another file",
                    advice: "give another name, or --overwrite to replace it")
            }
        }
        if output != nil { try AtomicFile.checkWritable(path) }
        return path
    }

    private static func makeFolder(_ folder: String) throws(KalsaeError) {
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw KalsaeError(
                folder, expected: "to make this folder", got: error.localizedDescription,
                advice: "or give the file: --output libkalsae-mpi.so")
        }
    }

    private static func temporaryFolder() throws(KalsaeError) -> String {
        let base = FileManager.default.temporaryDirectory.path
        var path = Array("\(base)/kalsae-mpi-XXXXXX".utf8CString)
        guard mkdtemp(&path) != nil else {
            throw .system(base, expected: "to make a folder", code: errno)
        }
        return String(decoding: path.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
