import KalsaeDistributed
import KalsaeSupport
import KalsaeTesting
import Testing

@Suite struct CollectiveTests {
    private static let sizes = [1, 2, 3, 4, 7]

    @Test(arguments: sizes) func everyRankGetsWhatOneBroadcasts(_ size: Int) throws {
        for root in Set([0, size - 1, size / 2]) {
            let results = LocalGroup.run(size) { group in
                let own = [UInt8](repeating: UInt8(group.rank), count: 3 + group.rank)
                let short = try group.broadcast(own, from: root, doing: "a test")
                let empty = try group.broadcast([], from: root, doing: "a test")
                return short + empty
            }
            for result in results {
                #expect(try result.get() == [UInt8](repeating: UInt8(root), count: 3 + root))
            }
        }
    }

    @Test func memoryIsFilledInPlace() throws {
        let results = LocalGroup.run(3) { group in
            var values = [Float](repeating: Float(group.rank), count: 5)
            try values.withUnsafeMutableBytes { try group.broadcast($0, from: 1, doing: "a test") }
            return values
        }
        #expect(try results.map { try $0.get() } == Array(repeating: [1, 1, 1, 1, 1], count: 3))
    }

    @Test(arguments: sizes) func rankZeroGathersAllInOrder(_ size: Int) throws {
        let results = LocalGroup.run(size) { group in
            try group.gather([UInt8](0..<UInt8(group.rank)), doing: "a test")
        }
        let expected = (0..<size).map { [UInt8](0..<UInt8($0)) }
        for (rank, result) in results.enumerated() {
            #expect(try result.get() == (rank == 0 ? expected : []))
        }
    }

    /// Nobody passes a barrier before all have come: a message that is sent before it is there.
    @Test func aBarrierWaitsForAll() throws {
        let results = LocalGroup.run(4) { group in
            var arrived: [Int] = []
            for round in 0..<20 {
                var message: (any Message)?
                if group.rank == round % 4 {
                    let byte: [UInt8] = [UInt8(round)]
                    message = try byte.withUnsafeBytes {
                        try group.send($0, to: (round + 1) % 4, tag: round)
                    }
                }
                try group.barrier(doing: "round \(round)")
                if let found = try group.probe(from: nil, tag: round) {
                    arrived.append(found.rank)
                    var byte: [UInt8] = [255]
                    try byte.withUnsafeMutableBytes {
                        let receipt = try group.receive(into: $0, from: found.rank, tag: round)
                        try group.wait(receipt, doing: "round \(round)")
                    }
                    #expect(byte == [UInt8(round)])
                }
                if let message { try group.wait(message, doing: "round \(round)") }
            }
            return arrived
        }
        for (rank, result) in results.enumerated() {
            #expect(try result.get() == [Int](repeating: (rank + 3) % 4, count: 5))
        }
    }

    @Test func messagesOfATagKeepTheirOrder() throws {
        let results = LocalGroup.run(2) { group -> [UInt8] in
            let bytes: [UInt8] = [1, 2, 3]
            if group.rank == 0 {
                let messages = try bytes.map { byte in
                    try withUnsafeBytes(of: byte) { try group.send($0, to: 1, tag: 5) }
                }
                try group.wait(messages, doing: "a test")
                return []
            }
            var got: [UInt8] = [0, 0, 0]
            try got.withUnsafeMutableBytes { memory in
                let messages = try (0..<3).map { index in
                    try group.receive(
                        into: UnsafeMutableRawBufferPointer(rebasing: memory[index..<index + 1]),
                        from: 0, tag: 5)
                }
                // The last first: each receipt has its message by when it was asked for.
                try group.wait(messages.reversed(), doing: "a test")
            }
            return got
        }
        #expect(try results[1].get() == [1, 2, 3])
    }
}
