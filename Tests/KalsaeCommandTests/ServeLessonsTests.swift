import Foundation
import FoundationNetworking
import KalsaeFiles
import Testing

/// The lessons that `kalsae serve` gives to its page.
@Suite struct ServeLessonsTests {
    /// The same lesson as `kalsae lesson` has, in the asked language, with the reader's numbers.
    @Test func aLessonIsCarriedOutForThePage() throws {
        let folder = try CommandRun.Folder()
        defer { folder.remove() }
        // The store is there, so that the server begins.
        #expect(try CommandRun(["train", "iris", "--epochs", "1"], in: folder).status == 0)
        let server = try CommandRun.process(["serve", "--port", "0", "--json"], in: folder)
        let output = Pipe()
        server.standardOutput = output
        server.standardError = FileHandle.nullDevice
        try server.run()
        defer { server.terminate() }
        var line = Data()
        while !line.contains(10) {
            let part = output.fileHandleForReading.availableData
            guard !part.isEmpty else { break }
            line += part
        }
        let address = try #require(
            JSONValue(parsing: String(decoding: line, as: UTF8.self))["address"]?.string)
        func get(_ path: String) throws -> JSONValue {
            let text = try Data(contentsOf: #require(URL(string: "\(address)\(path)")))
            return try JSONValue(parsing: String(decoding: text, as: UTF8.self))
        }
        let list = try get("api/lessons?language=ko")["lessons"]?.array ?? []
        let known = try CommandRun(["lesson", "--list", "--language", "ko", "--json"], in: folder)
        #expect(try list == known.json["lessons"]?.array)
        let lesson = try get("api/lessons/perceptron?language=en&theme=dark")
        #expect(lesson["title"]?.string == "Perceptron and logic gates")
        #expect(lesson["checks"]?.array?.allSatisfy { $0["passed"] == true } ?? false)
        let kinds = Set(lesson["exhibits"]?.array?.compactMap { $0["kind"]?.string } ?? [])
        #expect(kinds == ["table", "figure"])
        // A gate that says 1 at (1, 0) alone, as the exercise asks for: all four answers right.
        let right = try get("api/lessons/perceptron?answer=1,-1,-0.5")["verdict"]?.array
        #expect(right?.isEmpty == false && right?.allSatisfy { $0 == true } ?? false)
    }
}
