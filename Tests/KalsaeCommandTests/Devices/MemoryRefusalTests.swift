import Foundation
import Testing

/// What does not fit is refused in one line before anything is computed.
@Suite struct MemoryRefusalTests {
    private func run(_ network: String, kilobytes: Int, in folder: CommandRun.Folder) throws
        -> CommandRun
    {
        let process = try CommandRun.process([], in: folder)
        process.arguments = [
            "-c", "ulimit -v \(kilobytes); exec \"$0\" \"$@\"", try CommandRun.executable.path,
            "train", "iris", "--network", network, "--epochs", "2", "--no-record",
        ]
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        return try CommandRun(process, in: folder)
    }

    /// Weights of 1.6 GB, seven times with Adam and what is kept, in 3 GB of addresses.
    @Test func aNetworkBeyondItsAddressesIsRefused() throws {
        let folder = try CommandRun.Folder()
        defer { folder.remove() }
        let result = try run("4-20000-20000-3", kilobytes: 3_000_000, in: folder)
        #expect(result.status == 1)
        let lines = result.errors.split(separator: "\n").filter {
            $0.contains("memory for training")
        }
        #expect(lines.count == 1, "\(result.errors)")
        let line = try #require(lines.first)
        #expect(line.contains("left of 2.86 GB") && line.contains("weights 1.49 GB"), "\(line)")
        #expect(line.contains("--optimizer sgd"), "\(line)")
        #expect(!folder.contents.contains { $0.hasSuffix(".safetensors") })
        #expect(try run("4-20-3", kilobytes: 3_000_000, in: folder).status == 0)
    }
}
