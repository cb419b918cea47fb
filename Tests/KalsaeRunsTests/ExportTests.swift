import Foundation
import KalsaeFiles
import KalsaeRuns
import KalsaeSupport
import Testing

@Suite("Exports of a run")
struct ExportTests {
    private func withExport(_ body: (RunExport, Store, Run) throws -> Void) throws {
        let folder = try StoreFolder()
        defer { folder.remove() }
        let store = try folder.open()
        let run = try store.createRun(RunDescription(name: "a,b"))
        try store.append(
            [
                MetricPoint(step: 1, epoch: 1, time: 1500, value: 0.5),
                MetricPoint(step: 2, time: 2000, value: .nan),
                MetricPoint(step: 3, time: 2500, value: -.infinity),
            ], to: "loss, \"mean\"", of: run)
        try store.append([MetricPoint(step: 300, value: 0.25)], to: "accuracy", of: run)
        try body(RunExport(run, of: store), store, run)
    }

    /// RFC 3720, appendix B.4, and the check value of the catalog of CRCs.
    @Test func theChecksumIsThatOfTheStandard() {
        #expect(CRC32C.of("123456789".utf8) == 0xe306_9283)
        #expect(CRC32C.of([UInt8](repeating: 0, count: 32)) == 0x8a91_36aa)
        #expect(CRC32C.of([UInt8](repeating: 0xff, count: 32)) == 0x62a8_ab43)
        #expect(CRC32C.of((0..<32).map { UInt8($0) }) == 0x46dd_794e)
        #expect(CRC32C.of([]) == 0)
    }

    @Test func csvHasARowForEachPoint() throws {
        try withExport { export, _, _ in
            var bytes: [UInt8] = []
            try export.csv { bytes += $0 }
            #expect(
                String(decoding: bytes, as: UTF8.self) == """
                    metric,step,epoch,time,value
                    accuracy,300,,0.0,0.25
                    "loss, ""mean""\",1,1,1.5,0.5
                    "loss, ""mean""\",2,,2.0,nan
                    "loss, ""mean""\",3,,2.5,-inf

                    """)
            bytes = []
            try export.csv(metrics: ["accuracy"]) { bytes += $0 }
            #expect(bytes.count { $0 == 0x0a } == 2)
            #expect(throws: KalsaeError.self) {
                try export.csv(metrics: ["nothing"]) { _ in }
            }
        }
    }

    @Test func jsonHoldsAllThatIsKnown() throws {
        try withExport { export, store, run in
            try store.record([RunEvent("set", step: 4, data: ["rate": 0.5])], of: run)
            _ = try store.send("stop", author: "me", to: run)
            var bytes: [UInt8] = []
            try export.json { bytes += $0 }
            let json = try JSONValue(parsing: bytes)
            #expect(json["name"]?.string == "a,b")
            #expect(json["state"]?.string == "running")
            #expect(json["events"]?.array?.first?["data"]?["rate"]?.number == 0.5)
            #expect(json["commands"]?.array?.first?["verb"]?.string == "stop")
            #expect(json["metrics"]?["accuracy"] == [[300, .null, 0, 0.25]])
            let loss = json["metrics"]?["loss, \"mean\""]
            #expect(
                loss == [[1, 1, 1500, 0.5], [2, .null, 2000, "nan"], [3, .null, 2500, "-inf"]])
        }
    }

    /// Bytes by hand from the formats' descriptions: framing, then fields of protocol buffers.
    @Test func anEventFileIsFramedRecords() throws {
        try withExport { export, _, run in
            #expect(
                export.eventFileName == "events.out.tfevents.\(run.created / 1000).\(run.id).kalsae"
            )
            var bytes: [UInt8] = []
            try export.tensorBoard(metrics: ["accuracy"]) { bytes += $0 }
            let records = try EventRecords(bytes).all
            #expect(records.count == 2)
            // Wall time, then field 3 of 13 bytes.
            #expect(records[0][0] == 0x09)
            #expect(Array(records[0][9...]) == [0x1a, 13] + Array("brain.Event:2".utf8))
            // Step 300 is ac 02; then summary, value, tag, and 0.25 as a float.
            let value: [UInt8] =
                [0x0a, 8] + Array("accuracy".utf8) + [0x15, 0, 0, 0x80, 0x3e]
            #expect(
                Array(records[1][9...])
                    == [0x10, 0xac, 0x02, 0x2a, 17, 0x0a, 15] + value)
        }
    }
}
