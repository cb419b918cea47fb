import ArgumentParser
import Foundation
import KalsaeRuns
import KalsaeSupport

/// `kalsae train --live`: a process of its own trains, while this one shows its run.
struct LiveTraining {
    let arguments: [String]
    let folder: String

    /// Trains and shows until the end; what the training says then stands in the terminal.
    func run() async throws {
        let screen = try TerminalScreen()
        defer { screen.close() }
        Interrupt.watch()
        let (output, errors) = (try Self.file(), try Self.file())
        let process = try OwnProgram.process(arguments.filter { $0 != "--live" })
        process.standardOutput = output
        process.standardError = errors
        // Nothing is written to it: it ends when this process does, however that comes.
        let life = Pipe()
        process.standardInput = life
        process.environment = LaunchedProcess.childEnvironment.merging(
            [ParentProcess.key: "1"]
        ) { $1 }
        try process.run()
        try? life.fileHandleForReading.close()
        defer { try? life.fileHandleForWriting.close() }
        var left: WatchControl?
        if let run = try run(of: process) {
            let store = try Store(folder: folder, for: .reading)
            left = try WatchVerb.show(RunView(run, in: store), on: screen) { !process.isRunning }
        }
        screen.close()
        // It is a process group of its own: Ctrl-C comes here.
        let isInterrupted = Interrupt.isRequested || left?.isInterrupted == true
        if process.isRunning {
            if isInterrupted {
                process.interrupt()
            } else if let view = left?.view, view.isPaused {
                Console.tell(
                    "\(view.run.name) is paused; it goes on with: kalsae steer \(view.run.name) continue"
                )
            }
        }
        try await finish(process, output, errors, isForwarded: isInterrupted)
    }

    /// The run that a process records, once it does; nil where it ended before.
    private func run(of process: Process) throws -> Run? {
        while process.isRunning, !Interrupt.isRequested {
            usleep(50_000)
            guard let store = try? Store(folder: folder, for: .reading) else { continue }
            let own = try store.runs().prefix(20).first {
                $0.process.pid == Int(process.processIdentifier) && $0.state == .running
            }
            if let own { return own }
        }
        return nil
    }

    /// Passes on what the process says until it ends, and ends as it did.
    private func finish(
        _ process: Process, _ output: FileHandle, _ errors: FileHandle, isForwarded: Bool
    ) async throws {
        var told = 0
        var isForwarded = isForwarded
        while true {
            let isOver = !process.isRunning
            let bytes = try Self.bytes(errors, from: told)
            told += bytes.count
            Console.writeError(String(decoding: bytes, as: UTF8.self))
            if isOver { break }
            try await Task.sleep(for: .milliseconds(100))
            if Interrupt.isRequested, !isForwarded {
                isForwarded = true
                process.interrupt()
            }
        }
        try Console.write([UInt8](Self.bytes(output, from: 0)))
        guard process.terminationStatus == 0, process.terminationReason == .exit else {
            throw ExitCode(
                process.terminationReason == .exit
                    ? process.terminationStatus : 128 + process.terminationStatus)
        }
    }

    /// A file without a name, which the process writes.
    private static func file() throws(KalsaeError) -> FileHandle {
        guard let file = tmpfile() else {
            throw KalsaeError(
                "--live", expected: "a temporary file",
                got: String(cString: strerror(errno)))
        }
        return FileHandle(fileDescriptor: dup(fileno(file)), closeOnDealloc: true)
    }

    private static func bytes(_ file: FileHandle, from offset: Int) throws -> Data {
        var info = stat()
        guard fstat(file.fileDescriptor, &info) == 0, Int(info.st_size) > offset else {
            return Data()
        }
        var bytes = [UInt8](repeating: 0, count: Int(info.st_size) - offset)
        let count = pread(file.fileDescriptor, &bytes, bytes.count, offset)
        return Data(bytes.prefix(max(count, 0)))
    }
}
