import KalsaeSupport

/// Byte-level BPE: the bytes of each word, of which the pair that was learned first is joined until
/// none is left (Sennrich et al., 2016; Radford et al., 2019).
struct BytePairModel: Sendable {
    private struct Pair: Hashable {
        let left: Int32, right: Int32
    }

    private struct Merge {
        let rank: Int32, token: Int32
    }

    /// The bytes of each token.
    let bytes: [Int32: [UInt8]]
    /// The token of each byte.
    private let single: [Int32]
    private let merges: [Pair: Merge]
    private let addsSpace: Bool, splits: Bool
    /// Words that are tokens, where these are not put together by pairs.
    private let whole: [[UInt8]: Int32]

    init(
        _ model: JSONValue, _ vocabulary: [String: Int32], _ level: (addsSpace: Bool, splits: Bool),
        subject: String
    ) throws(KalsaeError) {
        for key in ["continuing_subword_prefix", "end_of_word_suffix"] {
            guard (model[key]?.string ?? "").isEmpty else {
                throw KalsaeError(
                    subject, expected: "byte-level BPE, which has no \(key)",
                    got: "\"\(model[key]?.string ?? "")\"")
            }
        }
        (addsSpace, splits) = level
        var bytes: [Int32: [UInt8]] = [:]
        for (token, number) in vocabulary {
            if let own = ByteAlphabet.bytes(of: token) { bytes[number] = own }
        }
        self.bytes = bytes
        var single: [Int32] = []
        for byte in UInt8.min...UInt8.max {
            guard let number = vocabulary[ByteAlphabet.text(of: byte)] else {
                throw KalsaeError(
                    subject, expected: "a token for each of 256 bytes", got: "none for \(byte)")
            }
            single.append(number)
        }
        self.single = single
        merges = try Self.merges(model["merges"]?.array ?? [], vocabulary, subject)
        var whole: [[UInt8]: Int32] = [:]
        if model["ignore_merges"]?.bool == true {
            for (number, own) in bytes { whole[own] = number }
        }
        self.whole = whole
    }

    private static func merges(
        _ list: [JSONValue], _ vocabulary: [String: Int32], _ subject: String
    ) throws(KalsaeError) -> [Pair: Merge] {
        var merges: [Pair: Merge] = [:]
        merges.reserveCapacity(list.count)
        for (rank, entry) in list.enumerated() {
            // As "a b", or as a list of two.
            let parts =
                entry.string.map { $0.split(separator: " ").map(String.init) }
                ?? entry.array?.compactMap(\.string) ?? []
            guard parts.count == 2, let left = vocabulary[parts[0]],
                let right = vocabulary[parts[1]], let both = vocabulary[parts[0] + parts[1]]
            else {
                throw KalsaeError(
                    subject, expected: "merges of two tokens that make a token", got: entry.text)
            }
            let pair = Pair(left: left, right: right)
            if merges[pair] == nil { merges[pair] = Merge(rank: Int32(rank), token: both) }
        }
        return merges
    }

    func encode(_ text: String, into numbers: inout [Int32]) {
        var scalars = Array(text.unicodeScalars)
        if addsSpace, let first = scalars.first, first != " " { scalars.insert(" ", at: 0) }
        let words = splits ? WordSplitter.words(scalars) : [scalars[...]]
        for word in words where !word.isEmpty {
            encode(
                word.flatMap { Array(UTF8.encode($0) ?? UTF8.encodedReplacementCharacter) },
                &numbers)
        }
    }

    /// Joins pairs in the order of their ranks, of equal ones the first: a heap of candidates, so that
    /// a word of n bytes takes n log n.
    private func encode(_ word: [UInt8], _ numbers: inout [Int32]) {
        if let token = whole[word] { return numbers.append(token) }
        var tokens = word.map { single[Int($0)] }
        guard tokens.count > 1 else { return numbers.append(contentsOf: tokens) }
        var next = Array(1...tokens.count)
        var previous = Array(-1..<(tokens.count - 1))
        var heap = CandidateHeap()
        func offer(_ left: Int) {
            guard left >= 0, next[left] < tokens.count else { return }
            let pair = Pair(left: tokens[left], right: tokens[next[left]])
            guard let merge = merges[pair] else { return }
            heap.push(
                .init(
                    rank: merge.rank, at: left, left: pair.left, right: pair.right,
                    token: merge.token))
        }
        for left in 0..<(tokens.count - 1) { offer(left) }
        while let best = heap.pop() {
            let right = next[best.at]
            guard tokens[best.at] == best.left, right < tokens.count, tokens[right] == best.right
            else { continue }
            tokens[best.at] = best.token
            // A number that no token has: it belongs to the one before.
            tokens[right] = -1
            next[best.at] = next[right]
            if next[right] < tokens.count { previous[next[right]] = best.at }
            offer(best.at)
            offer(previous[best.at])
        }
        for token in tokens where token >= 0 { numbers.append(token) }
    }
}

/// Pairs that may be joined, the one of the lowest rank first.
private struct CandidateHeap {
    struct Candidate {
        let rank: Int32
        let at: Int
        let left: Int32, right: Int32, token: Int32

        static func < (a: Candidate, b: Candidate) -> Bool { (a.rank, a.at) < (b.rank, b.at) }
    }

    private var entries: [Candidate] = []

    mutating func push(_ candidate: Candidate) {
        entries.append(candidate)
        var child = entries.count - 1
        while child > 0, entries[child] < entries[(child - 1) / 2] {
            entries.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func pop() -> Candidate? {
        guard let first = entries.first, let last = entries.popLast() else { return nil }
        guard !entries.isEmpty else { return first }
        entries[0] = last
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < entries.count && entries[child] < entries[least] {
                least = child
            }
            guard least != parent else { return first }
            entries.swapAt(parent, least)
            parent = least
        }
    }
}
