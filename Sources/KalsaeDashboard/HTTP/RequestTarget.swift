/// The path and the query of a request.
package struct RequestTarget: Equatable, Sendable {
    /// The parts of the path between slashes, decoded.
    package var path: [String]
    /// The query's values by their names, decoded.
    package var query: [String: String]

    /// The target of a request line; nil for what no page of ours asks for: no path, a part that
    /// climbs, a name twice, bytes that are no UTF-8.
    package init?(_ text: String) {
        guard text.utf8.first == UInt8(ascii: "/"), !text.utf8.contains(UInt8(ascii: "#")) else {
            return nil
        }
        let parts = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        path = []
        let steps = parts[0].dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        for step in steps where !(steps.count == 1 && step.isEmpty) {
            guard let decoded = Self.decoded(step, isQuery: false), !decoded.isEmpty,
                decoded != ".", decoded != "..",
                !decoded.utf8.contains(where: { $0 == UInt8(ascii: "\\") })
            else { return nil }
            path.append(decoded)
        }
        query = [:]
        guard parts.count == 2 else { return }
        for pair in parts[1].split(separator: "&") {
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = Self.decoded(sides[0], isQuery: true),
                let value = sides.count == 2 ? Self.decoded(sides[1], isQuery: true) : "",
                query.updateValue(value, forKey: name) == nil
            else { return nil }
        }
    }

    /// Text without its percent escapes; nil for broken ones, control characters, and slashes in a
    /// part of a path that ends in a name.
    private static func decoded(_ text: Substring, isQuery: Bool) -> String? {
        var (bytes, rest) = ([UInt8](), text.utf8[...])
        bytes.reserveCapacity(rest.count)
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "%"):
                guard let high = rest.popFirst().flatMap(digit),
                    let low = rest.popFirst().flatMap(digit)
                else { return nil }
                bytes.append(high << 4 | low)
            case UInt8(ascii: "+") where isQuery: bytes.append(UInt8(ascii: " "))
            default: bytes.append(byte)
            }
        }
        guard !bytes.contains(where: { $0 < 0x20 || $0 == 0x7f }) else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
