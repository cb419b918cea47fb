import KalsaeDistributed
import KalsaeSupport

/// What rank 0, on which the training loop runs, has the other ranks do.
enum RankCommand: Equatable {
    /// Take a step on the batch at a position, with a learning rate.
    case step(BatchPosition, rate: Double)
    /// Go on from other weights, which follow.
    case restore(count: Int)
    /// Change a setting.
    case change(Intervention)
    /// Go back to the settings after a list of changes.
    case configure([Intervention])
    /// Throw where the weights have another checksum.
    case check(UInt64)
    /// Nothing: rank 0 is there, and busy with something else.
    case wait
    /// The training is over; nil where it failed.
    case end(History?)

    /// The bytes of a first message, with room for the position of most sources.
    private static let frame = 128

    private enum Kind: UInt64 { case step, restore, change, configure, check, wait, end, failed }

    /// The kind, the number of words that follow, and words, each 8 bytes; or a text in JSON.
    var bytes: [UInt8] {
        get throws {
            switch self {
            case .step(let position, let rate):
                let numbers = [position.epoch, position.batch] + position.cursor
                return Self.bytes(
                    .step, [rate.bitPattern] + numbers.map { UInt64(bitPattern: Int64($0)) })
            case .restore(let count): return Self.bytes(.restore, [UInt64(count)])
            case .change(let change): return try Self.bytes(.change, change)
            case .configure(let changes): return try Self.bytes(.configure, changes)
            case .check(let sum): return Self.bytes(.check, [sum])
            case .wait: return Self.bytes(.wait, [])
            case .end(let history?): return try Self.bytes(.end, history)
            case .end(nil): return Self.bytes(.failed, [])
            }
        }
    }

    /// The command of bytes, which may have others behind them.
    init(_ bytes: [UInt8]) throws {
        let words = bytes.withUnsafeBytes { bytes in
            (0..<bytes.count / 8).map {
                bytes.loadUnaligned(fromByteOffset: 8 * $0, as: UInt64.self)
            }
        }
        guard words.count > 1, let kind = Kind(rawValue: words[0]), words[1] <= bytes.count - 16
        else { throw Self.fault(bytes.count) }
        let content = bytes[16..<(16 + Int(words[1]))]
        let numbers = words[2..<(2 + content.count / 8)].map { Int(Int64(bitPattern: $0)) }
        func decoded<Value: Decodable>() throws -> Value {
            try SpecText.decode(
                Value.self, Array(content), subject: "rank 0", expected: "a command",
                advice: Self.advice)
        }
        switch kind {
        case .step:
            guard numbers.count >= 3 else { throw Self.fault(bytes.count) }
            let position = BatchPosition(
                epoch: numbers[1], batch: numbers[2], cursor: Array(numbers[3...]))
            self = .step(position, rate: Double(bitPattern: words[2]))
        case .restore:
            guard let count = numbers.first else { throw Self.fault(bytes.count) }
            self = .restore(count: count)
        case .change: self = .change(try decoded())
        case .configure: self = .configure(try decoded())
        case .check:
            guard words.count > 2 else { throw Self.fault(bytes.count) }
            self = .check(words[2])
        case .wait: self = .wait
        case .end: self = .end(try decoded())
        case .failed: self = .end(nil)
        }
    }

    private static func bytes(_ kind: Kind, _ words: [UInt64]) -> [UInt8] {
        ([kind.rawValue, UInt64(8 * words.count)] + words).flatMap { word in
            withUnsafeBytes(of: word) { Array($0) }
        }
    }

    private static func bytes(_ kind: Kind, _ value: some Encodable) throws -> [UInt8] {
        let text = Array(try SpecText.encode(value).utf8)
        return [kind.rawValue, UInt64(text.count)].flatMap { word in
            withUnsafeBytes(of: word) { Array($0) }
        } + text
    }

    /// Hands it from rank 0 to all others.
    func broadcast(in group: any ProcessGroup, doing work: @autoclosure () -> String) throws {
        var bytes = try self.bytes
        let count = max(Self.frame, bytes.count)
        bytes += [UInt8](repeating: 0, count: count - bytes.count)
        try Self.exchange(&bytes, 0..<Self.frame, group, doing: work())
        if count > Self.frame {
            try Self.exchange(&bytes, Self.frame..<count, group, doing: work())
        }
    }

    /// Takes the next one of rank 0.
    init(from group: any ProcessGroup, doing work: @autoclosure () -> String) throws {
        var bytes = [UInt8](repeating: 0, count: Self.frame)
        try Self.exchange(&bytes, 0..<Self.frame, group, doing: work())
        let content = bytes.withUnsafeBytes {
            Int($0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        }
        if content + 16 > Self.frame {
            bytes += [UInt8](repeating: 0, count: content + 16 - Self.frame)
            try Self.exchange(&bytes, Self.frame..<(content + 16), group, doing: work())
        }
        try self.init(bytes)
    }

    private static func exchange(
        _ bytes: inout [UInt8], _ range: Range<Int>, _ group: any ProcessGroup,
        doing work: @autoclosure () -> String
    ) throws {
        try bytes.withUnsafeMutableBytes { bytes in
            try group.broadcast(
                UnsafeMutableRawBufferPointer(rebasing: bytes[range]), doing: work())
        }
    }

    private static func fault(_ count: Int) -> KalsaeError {
        KalsaeError(
            "rank 0", expected: "a command", got: "\(count.counting("byte")) of something else",
            advice: advice)
    }

    private static let advice = "start the same version of Kalsae on all hosts"
}
