import Foundation

/// This command as a program to start again.
enum OwnProgram {
    /// Its file.
    static var path: String {
        get throws { try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") }
    }

    /// A process of it, not started, with nothing to read.
    static func process(_ arguments: [String]) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try path)
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.environment = LaunchedProcess.childEnvironment
        return process
    }
}
