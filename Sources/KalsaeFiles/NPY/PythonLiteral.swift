import KalsaeSupport

/// Reads the dictionary of an NPY header, a small part of Python's literals.
struct PythonLiteral {
    /// The three values that the dictionary must have.
    struct Header {
        var descr = ""
        var isFortran = false
        var shape: [Int] = []
    }

    private let bytes: ArraySlice<UInt8>
    private var position: Int
    private let subject: String

    init(_ bytes: ArraySlice<UInt8>, subject: String) {
        self.bytes = bytes
        self.subject = subject
        position = bytes.startIndex
    }

    /// The dictionary; every key once, in any order, and nothing but white space behind it.
    mutating func header() throws(KalsaeError) -> Header {
        var header = Header()
        var seen: Set<String> = []
        try take("{", "a dictionary")
        while !isNext("}") {
            let key = try string("a key")
            guard seen.insert(key).inserted else {
                throw fault("each key once", "'\(key)' again")
            }
            try take(":", "a colon")
            switch key {
            case "descr": header.descr = try descr()
            case "fortran_order": header.isFortran = try bool()
            case "shape": header.shape = try tuple()
            default: throw fault("the keys descr, fortran_order and shape", "'\(key)'")
            }
            guard isNext(",") else { break }
            position += 1
        }
        try take("}", "the end of the dictionary")
        skipSpace()
        guard position == bytes.endIndex else {
            throw fault("nothing after the dictionary", found)
        }
        let missing = ["descr", "fortran_order", "shape"].filter { !seen.contains($0) }
        guard missing.isEmpty else {
            throw fault(
                "the keys descr, fortran_order and shape",
                "none of \(missing.joined(separator: ", "))"
            )
        }
        return header
    }

    private mutating func descr() throws(KalsaeError) -> String {
        guard !isNext("[") else {
            throw KalsaeError(
                subject, expected: "elements of one type",
                got: "a structured array, of named fields",
                advice: "write each field as an array of its own")
        }
        return try string("a type")
    }

    private mutating func bool() throws(KalsaeError) -> Bool {
        skipSpace()
        for (text, value) in [("True", true), ("False", false)]
        where bytes[position...].starts(with: text.utf8) {
            position += text.utf8.count
            return value
        }
        throw fault("True or False", found)
    }

    /// Whole numbers in parentheses; Python 2 wrote long ones as `3L`.
    private mutating func tuple() throws(KalsaeError) -> [Int] {
        var sizes: [Int] = []
        try take("(", "a tuple of sizes")
        var endsInComma = false
        while !isNext(")") {
            guard sizes.isEmpty || endsInComma else { throw fault("a comma", found) }
            sizes.append(try number())
            endsInComma = isNext(",")
            if endsInComma { position += 1 }
        }
        position += 1
        guard sizes.count != 1 || endsInComma else {
            throw fault("a tuple of sizes", "a number in parentheses")
        }
        return sizes
    }

    private mutating func number() throws(KalsaeError) -> Int {
        skipSpace()
        let digits = bytes[position...].prefix { 0x30...0x39 ~= $0 }
        guard let number = Int(String(decoding: digits, as: UTF8.self)) else {
            throw fault("sizes of at least 0 that fit in 63 bits", found)
        }
        position += digits.count
        if position < bytes.endIndex, bytes[position] == UInt8(ascii: "L") { position += 1 }
        return number
    }

    private mutating func string(_ what: String) throws(KalsaeError) -> String {
        skipSpace()
        guard position < bytes.endIndex, [0x22, 0x27].contains(bytes[position]) else {
            throw fault("\(what) in quotes", found)
        }
        let quote = bytes[position]
        let text = bytes[(position + 1)...].prefix { $0 != quote && $0 != 0x5c }
        guard text.endIndex < bytes.endIndex, bytes[text.endIndex] == quote else {
            throw fault("\(what) in quotes", found)
        }
        position = text.endIndex + 1
        return String(decoding: text, as: UTF8.self)
    }

    private mutating func take(_ character: Unicode.Scalar, _ what: String) throws(KalsaeError) {
        guard isNext(character) else { throw fault(what, found) }
        position += 1
    }

    private mutating func isNext(_ character: Unicode.Scalar) -> Bool {
        skipSpace()
        return position < bytes.endIndex && bytes[position] == UInt8(ascii: character)
    }

    private mutating func skipSpace() {
        while position < bytes.endIndex, [0x20, 0x09, 0x0a, 0x0d].contains(bytes[position]) {
            position += 1
        }
    }

    private var found: String {
        let rest = bytes[position...].prefix(20)
        return rest.isEmpty ? "the end of the header" : String(decoding: rest, as: UTF8.self)
    }

    private func fault(_ expected: String, _ got: String) -> KalsaeError {
        KalsaeError(subject, expected: "\(expected) in the NPY header", got: got)
    }
}
