import Foundation
import KalsaeGPU
import KalsaeGraph
import KalsaeOpenCL
import KalsaeSupport
import KalsaeTesting
import Testing

/// Compiled programs as files: found again, and never trusted.
@Suite struct ProgramFilesTests {
    private func folder() throws -> String {
        let path = "/tmp/kalsae-programs-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path
    }

    private func files(in folder: String) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: folder).filter { $0.hasSuffix(".bin") }
    }

    @Test func whatWasKeptIsFoundByItsTextAndDevice() throws {
        let folder = try folder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let files = try #require(ProgramFiles(folder: folder, device: "one, 1.0"))
        #expect(files.read("text") == nil)
        files.write([1, 2, 3], for: "text")
        #expect(files.read("text") == [1, 2, 3])
        #expect(files.read("texts") == nil)
        #expect(try #require(ProgramFiles(folder: folder, device: "one, 1.1")).read("text") == nil)
        files.write([4], for: "text")
        #expect(files.read("text") == [4])
        #expect(try self.files(in: folder).count == 1)
    }

    @Test(arguments: [0, 1, 5, 30, -1]) func aDamagedFileIsAMiss(_ length: Int) throws {
        let folder = try folder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let files = try #require(ProgramFiles(folder: folder, device: "one, 1.0"))
        files.write([1, 2, 3], for: "text")
        let path = try #require(try self.files(in: folder).first)
        let bytes = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(path)"))
        try bytes.prefix(length < 0 ? bytes.count + length : length).write(
            to: URL(fileURLWithPath: "\(folder)/\(path)"))
        #expect(files.read("text") == nil)
        files.write([7], for: "text")
        #expect(files.read("text") == [7])
    }

    @Test func aFolderThatCannotBeWrittenIsNoError() throws {
        let files = try #require(ProgramFiles(folder: "/dev/null/no", device: "one"))
        files.write([1], for: "text")
        #expect(files.read("text") == nil)
    }
}
