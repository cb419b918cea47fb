import Foundation
import KalsaeData
import KalsaeFiles
import KalsaeTesting
import Testing

@Suite struct ImageRowsTests {
    private func rows(_ path: String, workers: Int, mostMemory: Int = .max) throws -> ImageRows {
        let paths = try ImageFolder.allImages(in: path)
        return try ImageRows(
            ImageSource.read(paths), layout: ImageLayout(width: 7, height: 5, channels: 3),
            workers: workers, mostMemory: mostMemory)
    }

    /// Whoever decodes, and wherever the rows lie, they are the same; each is decoded once.
    @Test(arguments: [(0, Int.max), (1, .max), (4, .max), (0, 1), (4, 1)])
    func workersChangeNothing(workers: Int, mostMemory: Int) throws {
        let pictures = try PictureFolder(count: 60)
        defer { pictures.remove() }
        let rows = try rows(pictures.path, workers: workers, mostMemory: mostMemory)
        let expected = try rows.sources.flatMap {
            try ImageFile.pixels(path: $0.path).fitted(width: 7, height: 5).bytes
        }
        rows.prefetch((0..<180).reversed())
        try rows.wait(for: [179, 3, 90, 3])
        #expect(rows.decodedCount >= 3)
        #expect(try rows.bytes(of: 0..<180) == expected)
        #expect(rows.decodedCount == 180)
        // Nothing is read again: the files may go.
        pictures.remove()
        #expect(try rows.bytes(of: 0..<180) == expected)
    }

    @Test func aDamagedFileIsTheErrorOfItsRows() throws {
        let pictures = try PictureFolder(count: 4)
        defer { pictures.remove() }
        let bad = "\(pictures.path)/green/1001.png"
        var bytes = try FileBytes.read(bad)
        bytes.removeLast(30)
        try AtomicFile.write(bytes, to: bad)
        for workers in [0, 2] {
            let rows = try rows(pictures.path, workers: workers)
            let row = try #require(rows.sources.firstIndex { $0.path == bad })
            rows.prefetch((0..<12).map { $0 })
            #expect(try rows.bytes(of: [0, 11]).count == 210)
            for _ in 0..<2 {
                #expect(
                    message { try rows.wait(for: [Int32(row)]) }
                        == "\(bad): expected a whole image, got an end within it; fetch the file again"
                )
            }
        }
    }

    @Test func manyWhoWaitHaveTheSameRows() async throws {
        let pictures = try PictureFolder(count: 40)
        defer { pictures.remove() }
        let rows = try rows(pictures.path, workers: 2)
        let sums = try await withThrowingTaskGroup(of: Int.self) { group in
            for offset in 0..<4 {
                group.addTask {
                    let order = (0..<120).map { ($0 * 7 + offset * 30) % 120 }
                    return try rows.bytes(of: order).reduce(0) { $0 + Int($1) }
                }
            }
            return try await group.reduce(into: Set<Int>()) { $0.insert($1) }
        }
        #expect(sums.count == 1)
    }
}
