/// What a document of XML is made of, as far as tests ask: a small reader that knows tags,
/// attributes, text and the five entities, and finds what is not well-formed.
struct XMLCheck {
    struct Element {
        var name: String
        var attributes: [String: String]
        var text = ""
        /// The number of elements around it.
        var depth: Int
    }

    var elements: [Element] = []
    /// What is wrong; empty for a well-formed document.
    var faults: [String] = []

    init(_ document: String) {
        let bytes = Array(document.utf8)
        var at = 0
        var open: [Int] = []
        var roots = 0
        func name() -> String {
            let start = at
            while at < bytes.count, Self.isName(bytes[at]) { at += 1 }
            return String(decoding: bytes[start..<at], as: UTF8.self)
        }
        func skipBlanks() { while at < bytes.count, bytes[at] == 32 || bytes[at] == 10 { at += 1 } }
        func next(_ character: Character) -> Bool {
            guard at < bytes.count, bytes[at] == character.asciiValue else { return false }
            at += 1
            return true
        }
        while at < bytes.count, faults.count < 5 {
            if bytes[at] != UInt8(ascii: "<") {
                let start = at
                while at < bytes.count, bytes[at] != UInt8(ascii: "<") { at += 1 }
                let text = String(decoding: bytes[start..<at], as: UTF8.self)
                checkText(text)
                if let last = open.last {
                    elements[last].text += text
                } else if text.contains(where: { !$0.isWhitespace }) {
                    faults.append("text outside of the root: \(text.prefix(40))")
                }
                continue
            }
            at += 1
            if next("/") {
                let ended = name()
                if let last = open.popLast(), elements[last].name == ended, next(">") { continue }
                faults.append("</\(ended)> ends what did not begin")
                continue
            }
            var element = Element(name: name(), attributes: [:], depth: open.count)
            if element.name.isEmpty { faults.append("a tag without a name at byte \(at)") }
            skipBlanks()
            while at < bytes.count, Self.isName(bytes[at]) {
                let key = name()
                guard next("="), next("\"") else {
                    faults.append("\(element.name): attribute \(key) without a value")
                    break
                }
                let start = at
                while at < bytes.count, bytes[at] != UInt8(ascii: "\"") { at += 1 }
                let value = String(decoding: bytes[start..<at], as: UTF8.self)
                at += 1
                if value.contains("<") { faults.append("\(key) holds <") }
                checkText(value)
                if element.attributes.updateValue(value, forKey: key) != nil {
                    faults.append("\(element.name) has \(key) twice")
                }
                skipBlanks()
            }
            let isEmpty = next("/")
            if !next(">") { faults.append("<\(element.name) does not end") }
            if open.isEmpty { roots += 1 }
            elements.append(element)
            if !isEmpty { open.append(elements.count - 1) }
        }
        if !open.isEmpty { faults.append("\(open.count) elements do not end") }
        if roots != 1 { faults.append("\(roots) roots") }
    }

    private mutating func checkText(_ text: String) {
        for scalar in text.unicodeScalars {
            let isAllowed = scalar.value >= 0x20 || [9, 10, 13].contains(scalar.value)
            if !isAllowed || scalar.value == 0xfffe || scalar.value == 0xffff {
                faults.append("the character \(scalar.value)")
            }
        }
        for part in text.split(separator: "&", omittingEmptySubsequences: false).dropFirst() {
            let isKnown = ["amp;", "lt;", "gt;", "quot;", "apos;"].contains { part.hasPrefix($0) }
            if !isKnown { faults.append("a bare &: \(part.prefix(20))") }
        }
    }

    private static func isName(_ byte: UInt8) -> Bool {
        byte >= 97 && byte <= 122 || byte >= 65 && byte <= 90 || byte >= 48 && byte <= 58
            || byte == UInt8(ascii: "-")
    }

    /// Whether no attribute holds a number that is none.
    var numbersAreFinite: Bool {
        elements.allSatisfy { element in
            element.attributes.values.allSatisfy { value in
                !value.contains("nan") && !value.contains("NaN") && !value.contains("inf")
            }
        }
    }

    func named(_ name: String) -> [Element] { elements.filter { $0.name == name } }
    /// All texts that are drawn.
    var texts: [String] { named("text").map(\.text) }
}
