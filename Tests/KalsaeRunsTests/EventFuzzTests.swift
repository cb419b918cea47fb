import KalsaeFiles
import KalsaeRuns
import KalsaeTesting
import Testing

/// Damaged event files, which Kalsae writes and never reads: their sums let every reader see it.
@Suite struct EventFuzzTests {
    @Test func events() throws {
        let folder = try StoreFolder()
        defer { folder.remove() }
        let path = "\(folder.path)/logs"
        let log = try MetricLog(path: path, run: "a")
        for step in 0..<20 {
            log.metric("loss", step: step, epoch: nil, value: 1 / Double(step + 1))
        }
        log.flush()
        let name = try #require(try FolderListing.names(in: "\(path)/a").first)
        let file = try FileBytes.read("\(path)/a/\(name)")
        let good = try EventRecords(file).all
        #expect(good.count == 21)
        let known = Set(good)
        try checkReader([file], seed: 71) { bytes in
            // What is read in front of a damage, or behind a splice, is what was written.
            let records = try EventRecords(bytes).all
            #expect(records.allSatisfy { known.contains($0) || $0.isEmpty })
        }
    }
}
