import KalsaeSupport

/// The parts of a `tokenizer.json`, each known or refused by name.
struct TokenizerReader {
    let subject: String

    private static let mostTokens = 1 << 24

    /// The kind of the model; older files of BPE do not say it.
    func kind(_ model: JSONValue) -> String {
        model["type"]?.string ?? (model["merges"] == nil ? "WordPiece" : "BPE")
    }

    /// The numbers by token.
    func vocabulary(_ members: [JSONValue.Member]) throws(KalsaeError) -> [String: Int32] {
        var numbers: [String: Int32] = [:]
        numbers.reserveCapacity(members.count)
        for member in members {
            guard let number = member.value.integer, (0..<Self.mostTokens).contains(number) else {
                throw KalsaeError(
                    subject, expected: "a number below \(Self.mostTokens) for each token",
                    got: "\(member.value.text) for \"\(member.key)\"")
            }
            numbers[member.key] = Int32(number)
        }
        return numbers
    }

    /// The tokens by number.
    func tokens(
        _ vocabulary: [String: Int32], _ added: AddedTokens
    ) throws(KalsaeError) -> [String?] {
        let all = Array(vocabulary) + added.tokens.map { (key: $0.content, value: $0.number) }
        let most = all.map(\.value).max() ?? -1
        // Numbers far above the count are memory that nobody uses.
        guard Int(most) < 16 * all.count + 65_536 else {
            throw KalsaeError(
                subject, expected: "numbers near the count of \(all.count) tokens", got: "\(most)")
        }
        var tokens = [String?](repeating: nil, count: Int(most) + 1)
        for (token, number) in all { tokens[Int(number)] = token }
        return tokens
    }

    /// What is done to text first.
    func normalizer(_ json: JSONValue?) throws(KalsaeError) -> TextNormalizer {
        var steps: [TextNormalizer.Step] = []
        for part in flattened(json, "normalizers") {
            let kind = part["type"]?.string ?? "none"
            switch kind {
            case "NFC": steps.append(.nfc)
            case "NFD": steps.append(.nfd)
            case "NFKC": steps.append(.nfkc)
            case "NFKD": steps.append(.nfkd)
            case "Lowercase": steps.append(.lowercase)
            case "StripAccents": steps.append(.stripAccents)
            case "BertNormalizer":
                let isLower = part["lowercase"]?.bool ?? true
                if part["clean_text"]?.bool ?? true { steps.append(.clean) }
                if part["handle_chinese_chars"]?.bool ?? true { steps.append(.spaceIdeographs) }
                if part["strip_accents"]?.bool ?? isLower { steps += [.nfd, .stripAccents] }
                if isLower { steps.append(.lowercase) }
            default:
                throw refused(
                    "normalizer", kind,
                    "NFC, NFD, NFKC, NFKD, Lowercase, StripAccents, BertNormalizer")
            }
        }
        return TextNormalizer(steps: steps)
    }

    /// How a byte-level tokenizer divides text.
    func byteLevel(
        _ json: JSONValue?
    ) throws(KalsaeError) -> (addsSpace: Bool, splits: Bool) {
        let parts = flattened(json, "pretokenizers")
        guard parts.count == 1, parts[0]["type"]?.string == "ByteLevel" else {
            let got = parts.map { $0["type"]?.string ?? "none" }.joined(separator: ", ")
            throw refused("pre_tokenizer", got.isEmpty ? "none" : got, "ByteLevel")
        }
        return (
            parts[0]["add_prefix_space"]?.bool ?? true, parts[0]["use_regex"]?.bool ?? true
        )
    }

    /// WordPiece divides text as BERT does.
    func checkWordPiece(_ json: JSONValue?) throws(KalsaeError) {
        let parts = flattened(json, "pretokenizers")
        guard parts.count == 1, parts[0]["type"]?.string == "BertPreTokenizer" else {
            let got = parts.map { $0["type"]?.string ?? "none" }.joined(separator: ", ")
            throw refused("pre_tokenizer", got.isEmpty ? "none" : got, "BertPreTokenizer")
        }
    }

    /// The parts of a sequence, or the one that there is.
    private func flattened(_ json: JSONValue?, _ key: String) -> [JSONValue] {
        guard let json, json != .null else { return [] }
        return json["type"]?.string == "Sequence" ? json[key]?.array ?? [] : [json]
    }

    private func refused(_ part: String, _ got: String, _ known: String) -> KalsaeError {
        KalsaeError(subject, expected: "a \(part) of kind \(known)", got: got)
    }
}
