import Foundation
import GRDB
import KalsaeRuns
import KalsaeSupport
import Testing

@Suite("Opening a store")
struct OpeningTests {
    /// The one line of the error that opening gives; nil where it gives none.
    private func failure(_ folder: StoreFolder, _ mode: Store.Mode) -> String? {
        do throws(KalsaeError) {
            _ = try Store(folder: folder.store, for: mode)
            return nil
        } catch {
            return error.description
        }
    }

    @Test func aNewStoreIsMadeAndOpensAgain() throws {
        let folder = try StoreFolder()
        defer { folder.remove() }
        #expect(!Store.exists(in: folder.store))
        #expect(failure(folder, .reading)?.contains("check the path") == true)
        let run = try folder.open().createRun(RunDescription(name: "first"))
        #expect(Store.exists(in: folder.store))
        #expect(try folder.open(.reading).run("first") == run)
        let queue = try DatabaseQueue(path: folder.file)
        let facts = try queue.read { database in
            (
                try String.fetchOne(database, sql: "PRAGMA journal_mode"),
                try Int.fetchOne(database, sql: "PRAGMA application_id"),
                try Int.fetchOne(database, sql: "PRAGMA user_version")
            )
        }
        #expect(facts == ("wal", 0x4b4c_5352, StoreSchema.migrations.count))
    }

    @Test func anOlderFileIsBroughtUpToDateByReadersToo() throws {
        let known = StoreSchema.migrations.count
        for mode in [Store.Mode.writing, .reading] {
            let folder = try StoreFolder()
            defer { folder.remove() }
            let run = try folder.open().createRun(RunDescription(name: "old"))
            let next = StoreSchema.Migration(
                version: known + 1, sql: "ALTER TABLE runs ADD COLUMN mood TEXT")
            let newer = try Store(
                folder: folder.store, for: mode, migrations: StoreSchema.migrations + [next])
            #expect(try newer.run("old") == run)
            let queue = try DatabaseQueue(path: folder.file)
            let columns = try queue.read { try $0.columns(in: "runs").map(\.name) }
            #expect(columns.contains("mood"))
            // And the code before it refuses the file from now on.
            for mode in [Store.Mode.reading, .writing] {
                #expect(
                    failure(folder, mode)
                        == "\(folder.file): expected a store of version \(known) or older, "
                        + "got version \(known + 1), of a newer Kalsae; update Kalsae")
            }
        }
    }

    @Test func aStepThatFailsLeavesTheFileAsItWas() throws {
        let folder = try StoreFolder()
        defer { folder.remove() }
        let run = try folder.open().createRun(RunDescription(name: "old"))
        let broken = StoreSchema.Migration(
            version: StoreSchema.migrations.count + 1,
            sql: "CREATE TABLE extra (a); INSERT INTO nowhere VALUES (1)")
        #expect(throws: KalsaeError.self) {
            try Store(
                folder: folder.store, for: .writing, migrations: StoreSchema.migrations + [broken])
        }
        #expect(try folder.open().run("old") == run)
        let queue = try DatabaseQueue(path: folder.file)
        #expect(try queue.read { try !$0.tableExists("extra") })
    }

    @Test func otherFilesAreRefusedInOneLine() throws {
        let folder = try StoreFolder()
        defer { folder.remove() }
        try FileManager.default.createDirectory(
            atPath: folder.store, withIntermediateDirectories: true)
        let text = Data(repeating: 0x61, count: 10_000)
        try text.write(to: URL(fileURLWithPath: folder.file))
        for mode in [Store.Mode.reading, .writing] {
            #expect(
                failure(folder, mode)
                    == "\(folder.file): expected a store of runs, got a file of another kind; "
                    + "choose another folder with --runs")
        }
        #expect(try Data(contentsOf: URL(fileURLWithPath: folder.file)) == text)

        try FileManager.default.removeItem(atPath: folder.file)
        try DatabaseQueue(path: folder.file).write {
            try $0.execute(sql: "CREATE TABLE studies (id INTEGER)")
        }
        for mode in [Store.Mode.reading, .writing] {
            #expect(failure(folder, mode)?.contains("got a database of another program") == true)
        }
        try FileManager.default.removeItem(atPath: folder.file)
        try FileManager.default.createDirectory(
            atPath: folder.file, withIntermediateDirectories: true)
        for mode in [Store.Mode.reading, .writing] {
            let line = try #require(failure(folder, mode))
            #expect(!line.contains("\n"))
        }
    }

    @Test func aDamagedFileIsToldInOneLine() throws {
        let folder = try StoreFolder()
        defer { folder.remove() }
        do {
            let store = try folder.open()
            let run = try store.createRun(RunDescription(name: "first"))
            let points = (0..<5000).map { MetricPoint(step: $0, value: Double($0)) }
            try store.append(points, to: "loss", of: run)
        }
        // What the last connection left is in the file alone.
        #expect(!FileManager.default.fileExists(atPath: folder.file + "-wal"))
        var bytes = try Data(contentsOf: URL(fileURLWithPath: folder.file))
        bytes.replaceSubrange(4096..<bytes.count - 4096, with: Data(count: bytes.count - 8192))
        try bytes.write(to: URL(fileURLWithPath: folder.file))
        do throws(KalsaeError) {
            let store = try Store(folder: folder.store, for: .reading)
            let run = try store.run("first")
            _ = try store.points("loss", of: run)
            Issue.record("expected an error")
        } catch {
            #expect(error.description.contains("got a damaged file"))
            #expect(!error.description.contains("\n"))
        }
    }

    /// SQLite itself takes one of up to a byte for empty, and does not miss the end of the last page.
    @Test(arguments: [0, 1, 15, 100, 4095, -1]) func aFileThatWasCutOffIsTold(_ length: Int) throws
    {
        let folder = try StoreFolder()
        defer { folder.remove() }
        let run = try folder.open().createRun(RunDescription(name: "first"))
        #expect(!FileManager.default.fileExists(atPath: folder.file + "-wal"))
        let whole = try Data(contentsOf: URL(fileURLWithPath: folder.file))
        let cut = whole.prefix(length < 0 ? whole.count + length : length)
        try cut.write(to: URL(fileURLWithPath: folder.file))
        try FileManager.default.createDirectory(
            atPath: "\(folder.store)/\(run.id)", withIntermediateDirectories: true)
        for mode in [Store.Mode.reading, .writing] {
            let line = try #require(failure(folder, mode))
            #expect(line.hasPrefix("\(folder.file): expected a store of runs, got "), "\(line)")
            #expect(!line.contains("\n"))
        }
        #expect(try Data(contentsOf: URL(fileURLWithPath: folder.file)) == cut)
    }

    /// A writer that was killed before its first page has left it.
    @Test func anEmptyFileIsNewToAWriterAlone() throws {
        let folder = try StoreFolder()
        defer { folder.remove() }
        try FileManager.default.createDirectory(
            atPath: folder.store, withIntermediateDirectories: true)
        try Data().write(to: URL(fileURLWithPath: folder.file))
        #expect(
            failure(folder, .reading)
                == "\(folder.file): expected a store of runs, got an empty file; remove it: the next "
                + "training makes a new one")
        #expect(try Data(contentsOf: URL(fileURLWithPath: folder.file)).isEmpty)
        let run = try folder.open().createRun(RunDescription(name: "first"))
        #expect(try folder.open(.reading).run("first") == run)
    }

    @Test func readersChangeNothing() throws {
        let folder = try StoreFolder()
        defer { folder.remove() }
        _ = try folder.open().createRun(RunDescription(name: "first"))
        let before = try Data(contentsOf: URL(fileURLWithPath: folder.file))
        let reader = try folder.open(.reading)
        let run = try reader.run("last")
        #expect(throws: KalsaeError.self) { try reader.rename(run, to: "second") }
        #expect(try Data(contentsOf: URL(fileURLWithPath: folder.file)) == before)
    }
}
