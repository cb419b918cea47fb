import Foundation
import KalsaeFiles

/// The built command, run as a user runs it: in a folder of its own.
struct CommandRun {
    let status: Int32
    let output: String
    let errors: String

    /// A folder for one test, removed with `remove()`.
    struct Folder {
        let path: String

        init() throws {
            path = NSTemporaryDirectory() + "kalsae-test-" + UUID().uuidString
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true)
        }

        /// Where its runs are recorded, beside it.
        var runs: String { path + "-runs" }

        func remove() {
            for path in [path, runs] { try? FileManager.default.removeItem(atPath: path) }
        }

        /// Writes a text file.
        func write(_ text: String, to name: String) throws {
            try text.write(toFile: "\(path)/\(name)", atomically: true, encoding: .utf8)
        }

        /// The bytes of a file.
        func bytes(of name: String) throws -> Data {
            try Data(contentsOf: URL(fileURLWithPath: "\(path)/\(name)"))
        }

        var contents: [String] {
            ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
        }
    }

    /// The command, ready to be run in a folder.
    static func process(
        _ arguments: [String], in folder: Folder, environment: [String: String] = [:]
    ) throws -> Process {
        let process = Process()
        process.executableURL = try executable
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
        process.environment = ProcessInfo.processInfo.environment
            .merging(["KALSAE_RUNS": folder.runs]) { $1 }.merging(environment) { $1 }
        return process
    }

    /// The built command, beside the tests.
    static var executable: URL {
        get throws {
            let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
            return URL(fileURLWithPath: tests).deletingLastPathComponent()
                .appendingPathComponent("kalsae")
        }
    }

    /// - Parameter input: the name of a file of the folder as standard input.
    init(
        _ arguments: [String], in folder: Folder, environment: [String: String] = [:],
        input: String? = nil
    ) throws {
        try self.init(
            Self.process(arguments, in: folder, environment: environment), in: folder, input: input)
    }

    /// Runs a process to its end.
    ///
    /// - Parameter whileItRuns: called once it has started.
    init(
        _ process: Process, in folder: Folder, input: String? = nil,
        whileItRuns: (Process) throws -> Void = { _ in }
    ) throws {
        let (out, err) = (folder.path + "/.out", folder.path + "/.err")
        for path in [out, err] {
            _ = FileManager.default.createFile(atPath: path, contents: nil)
        }
        process.standardInput =
            input.flatMap { FileHandle(forReadingAtPath: "\(folder.path)/\($0)") }
            ?? FileHandle.nullDevice
        process.standardOutput = FileHandle(forWritingAtPath: out)
        process.standardError = FileHandle(forWritingAtPath: err)
        try process.run()
        do {
            try whileItRuns(process)
        } catch {
            process.terminate()
            throw error
        }
        process.waitUntilExit()
        status = process.terminationStatus
        output = try String(contentsOfFile: out, encoding: .utf8)
        errors = try String(contentsOfFile: err, encoding: .utf8)
        for path in [out, err] { try FileManager.default.removeItem(atPath: path) }
    }

    /// The last line of the output as JSON.
    var json: JSONValue {
        get throws {
            let line = output.split(separator: "\n").last.map(String.init) ?? ""
            return try JSONValue(parsing: line)
        }
    }
}

/// The folder with the public data sets, where this machine has it.
let dataFolder: String? = {
    let environment = ProcessInfo.processInfo.environment
    if let folder = environment["KALSAE_DATA"], !folder.isEmpty { return folder }
    let nearby = FileManager.default.currentDirectoryPath + "/../shared/data"
    return FileManager.default.fileExists(atPath: nearby) ? nearby : nil
}()
