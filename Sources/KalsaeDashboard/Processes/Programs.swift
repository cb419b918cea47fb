import Foundation
import KalsaeFiles
import KalsaeRuns
import KalsaeSupport
import Synchronization

/// Other processes of `kalsae`: those that answer, and those that train.
///
/// They are separate so that a model or a file which is too much for a process ends that one, and
/// trainings go on when the server ends.
final class Programs: Sendable {
    private static let mostBytes = 8 << 20
    private static let serverEnds = HTTPFault(503, "the server ends")

    private let options: DashboardOptions

    private let isEnding = Atomic(false)

    private let answers = AnswerFolder(in: NSTemporaryDirectory())

    init(_ options: DashboardOptions) { self.options = options }

    /// Removes what servers left that were killed.
    func begin() { answers.removeStale() }

    /// Ends what only answers, and begins nothing more; trainings go on.
    func end() {
        isEnding.store(true, ordering: .relaxed)
        answers.remove()
    }

    /// What a call prints; its error where it fails or takes too long, or where nobody waits for it.
    func output(
        _ arguments: [String], seconds: Int, for presence: Presence
    ) throws -> [UInt8] {
        let folder = try freshFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        // It ends when this process does, however that comes.
        let life = Pipe()
        defer { try? life.fileHandleForWriting.close() }
        let process = try start(
            arguments, input: life, output: "\(folder)/out", errors: "\(folder)/errors")
        Self.letGoFirst(process)
        let end = ContinuousClock.now + .seconds(seconds)
        while process.isRunning {
            let fault: HTTPFault? =
                if isEnding.load(ordering: .relaxed) {
                    Self.serverEnds
                } else if presence.isGone {
                    HTTPFault(503, "kalsae \(arguments[0]): the connection was closed")
                } else if ContinuousClock.now >= end {
                    HTTPFault(
                        504, "kalsae \(arguments[0]): expected an answer within \(seconds) s")
                } else {
                    nil
                }
            if let fault {
                Self.end(process)
                throw fault
            }
            usleep(10_000)
        }
        guard process.terminationReason == .exit else {
            throw HTTPFault(
                422, "kalsae \(arguments[0]): ended by signal \(process.terminationStatus)")
        }
        guard process.terminationStatus == 0 else {
            throw HTTPFault(422, lastError("\(folder)/errors", of: arguments[0]))
        }
        return try FileBytes.read("\(folder)/out", limit: Self.mostBytes)
    }

    /// Starts a training: the id of the run that it opens.
    func startTraining(_ arguments: [String], _ stores: StoreReaders) throws -> String {
        let begin = Timestamp.now
        return try start(arguments, "a run") { process in
            let pid = Int(process.processIdentifier)
            return try? stores.read { try $0.newestRun(ofProcess: pid, since: begin) }
        }
    }

    /// Starts a new study, which is there when this returns.
    func startSearch(_ arguments: [String], of study: String, _ stores: StoreReaders) throws {
        try start(["search"] + arguments, "a study") { _ in
            (try? stores.read { try $0.studyNames().contains(study) }) == true ? true : nil
        }
    }

    /// Goes on with a search, which goes on by itself; its process.
    func resumeSearch(_ arguments: [String]) throws -> Int {
        let process = try start(
            ["search"] + arguments + ["--runs=\(options.folder)", "--quiet"], output: "/dev/null",
            errors: "/dev/null")
        return Int(process.processIdentifier)
    }

    /// Starts what goes on by itself, and waits until it has begun; its error where it has not.
    @discardableResult private func start<Sign>(
        _ arguments: [String], _ what: String, until sign: (Process) -> Sign?
    ) throws -> Sign {
        let folder = try freshFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let errors = "\(folder)/errors"
        let process = try start(
            arguments + ["--runs=\(options.folder)", "--quiet"], output: "/dev/null", errors: errors
        )
        let end = ContinuousClock.now + .seconds(120)
        while ContinuousClock.now < end {
            let isRunning = process.isRunning
            if let sign = sign(process) { return sign }
            guard isRunning else {
                throw HTTPFault(422, lastError(errors, of: arguments[0]))
            }
            if isEnding.load(ordering: .relaxed) { throw Self.serverEnds }
            usleep(50_000)
        }
        process.terminate()
        throw HTTPFault(504, "kalsae \(arguments[0]): expected \(what) within 120 s")
    }

    /// - Parameter input: a pipe with whose end the process ends; nil for one that goes on by itself.
    private func start(
        _ arguments: [String], input: Pipe? = nil, output: String, errors: String
    ) throws -> Process {
        guard let program = options.program else {
            throw HTTPFault(404, "this server starts no programs")
        }
        if isEnding.load(ordering: .relaxed) { throw Self.serverEnds }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.standardInput = input ?? FileHandle.nullDevice
        if input != nil {
            process.environment = ProcessInfo.processInfo.environment.merging(
                [ParentProcess.key: "1"]
            ) { $1 }
        }
        defer { try? input?.fileHandleForReading.close() }
        let files = [try Self.file(output), try Self.file(errors)]
        // The process object keeps them, but has no use for them once it runs.
        defer { for file in files { try? file.close() } }
        (process.standardOutput, process.standardError) = (files[0], files[1])
        do {
            try process.run()
        } catch {
            throw HTTPFault(500, "kalsae \(arguments[0]): could not be started")
        }
        return process
    }

    /// Ends a process that only answers, so that it has nothing to keep.
    private static func end(_ process: Process) {
        process.terminate()
        let end = ContinuousClock.now + .seconds(1)
        while process.isRunning, ContinuousClock.now < end { usleep(5_000) }
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    }

    /// Lets the system end this process first where memory is short.
    private static func letGoFirst(_ process: Process) {
        let file = open("/proc/\(process.processIdentifier)/oom_score_adj", O_WRONLY | O_CLOEXEC)
        guard file >= 0 else { return }
        _ = write(file, "1000", 4)
        close(file)
    }

    private static func file(_ path: String) throws -> FileHandle {
        let file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else {
            throw HTTPFault(507, "\(path): \(String(cString: strerror(errno)))")
        }
        return FileHandle(fileDescriptor: file, closeOnDealloc: true)
    }

    private func freshFolder() throws -> String {
        if isEnding.load(ordering: .relaxed) { throw Self.serverEnds }
        return try answers.fresh()
    }

    /// The last line that a process said before it failed, with files by the names that the page has.
    private func lastError(_ path: String, of verb: String) -> String {
        let bytes = (try? FileBytes.read(path, limit: Self.mostBytes)) ?? []
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        // Wrong arguments have their usage behind the error.
        let error = lines.last { $0.hasPrefix("error: ") }?.dropFirst(7)
        guard let line = error ?? lines.last else {
            return "kalsae \(verb): it ended with an error"
        }
        return String(UploadFolder.named(String(line), in: options.folder).prefix(2000))
    }
}
