import KalsaeData
import KalsaeFiles
import KalsaeSupport
import Testing

/// Damaged tables and encoders all the way to numbers: an error or finite inputs, never a crash.
@Suite struct TableFuzzTests {
    @Test func tablesAndEncoders() throws {
        let text = (0..<30).map { "\($0),\($0 % 7).5,\(["a", "b"][$0 % 2]),\($0 % 3)" }
        let good = Array((["id,x,c,t"] + text).joined(separator: "\n").utf8)
        var generator = Philox(seed: 9, stream: 1)
        let (parts, _) = try Notice.collect {
            try DataParts(Table(CSV(good)), name: "a", target: "t", seed: 1)
        }
        let json = try #require(parts.encoder).json.bytes
        var accepted = 0
        let count = EnvironmentFlag.fuzz.integer / 4
        for _ in 0..<count {
            var table = good
            var description = json
            mutate(&table, &generator)
            mutate(&description, &generator)
            _ = Notice.collect {
                guard let read = try? Table(CSV(table)) else { return }
                if let parts = try? DataParts(read, name: "a", target: "4", seed: 1) {
                    #expect(parts.train.inputRows.joined().allSatisfy { $0.isFinite })
                    accepted += 1
                }
                let encoder = try? TableEncoder(json: JSONValue(parsing: description))
                let inputs = try? encoder?.features(of: read)
                #expect(inputs?.allSatisfy { $0.isFinite } ?? true)
            }
        }
        #expect(accepted > count / 20)
        #expect(accepted < count)
    }

    private func mutate(_ bytes: inout [UInt8], _ generator: inout Philox) {
        let words = ["inf", "nan", "1e308", "-1e308", "0", "", ",", "\n", "\"", "zz", "1e-320"]
        for _ in 0...generator.next(below: 3) where !bytes.isEmpty {
            let at = generator.next(below: bytes.count)
            switch generator.next(below: 3) {
            case 0: bytes[at] ^= 1 << UInt8(generator.next(below: 8))
            case 1:
                let word = words[generator.next(below: words.count)]
                bytes.replaceSubrange(at..<min(bytes.count, at + 1), with: word.utf8)
            default:
                var end = at
                while end < bytes.count, (0x2e...0x39).contains(bytes[end]) { end += 1 }
                let word = words[generator.next(below: words.count)]
                bytes.replaceSubrange(at..<end, with: word.utf8)
            }
        }
    }
}
