import KalsaeFiles
import KalsaeSupport
import Testing

@Suite struct JSONTests {
    @Test func valuesComeBackInOrder() throws {
        let text = #"{"z":1,"a":[true,false,null,-2.5,1e+30,"x"],"":{},"i":-9007199254740993}"#
        let value = try JSONValue(parsing: text)
        let expected: JSONValue = [
            "z": 1, "a": [true, false, .null, -2.5, 1e30, "x"], "": .object([]),
            "i": -9_007_199_254_740_993,
        ]
        #expect(value == expected)
        #expect(value.text == text)
        #expect(value["a"]?.array?.count == 6)
        #expect(value["none"] == nil)
        #expect(value["z"]?.number == 1)
    }

    @Test func whiteSpaceAndEscapes() throws {
        let text = " { \"a\\u00e9\\ud83d\\ude00\\n\\/\\\"\" :\t[ 1 , 2 ]\r\n} "
        #expect(try JSONValue(parsing: text) == ["aé😀\n/\"": [1, 2]])
        let controls = JSONValue.string("\u{0}\u{1f}\u{8}\u{c}\r\t\"\\é")
        #expect(controls.text == #""\u0000\u001f\b\f\r\t\"\\é""#)
        #expect(try JSONValue(parsing: controls.text) == controls)
    }

    @Test func numbersAreShortestAndNeverInvalid() throws {
        #expect(JSONValue.number(0.1).text == "0.1")
        #expect(JSONValue.float(0.1).text == "0.1")
        #expect(JSONValue.number(Double.nan).text == "null")
        #expect(JSONValue.number(-Double.infinity).text == "null")
        #expect(JSONValue.array([.float(.nan), .float(3)]).text == "[null,3.0]")
        #expect(try JSONValue(parsing: "-0") == .number(-0.0))
        #expect(try JSONValue(parsing: "1E2") == .number(100))
        #expect(try JSONValue(parsing: "18446744073709551615") == .number(0x1p64))
        var generator = TestGenerator(5)
        for _ in 0..<5_000 {
            let value = Double(bitPattern: generator.next())
            guard value.isFinite else { continue }
            let back = try JSONValue(parsing: JSONValue.number(value).text)
            #expect(back.number == value)
        }
    }

    @Test func faultsAreRefused() {
        let texts = [
            "", " ", "{", "[", "[1", "[1,", "[1,]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}",
            "{\"a\":1 \"b\":2}", "01", "-", "1.", ".5", "+1", "1e", "1e+", "0x1", "NaN", "Infinity",
            "tru", "nulll", "'a'", "\"", "\"\\", "\"\\x\"", "\"\\u12\"", "\"\\ud800\"",
            "\"\\ud800\\u0041\"", "\"\\udc00\"", "\"\n\"", "1 2", "[1] x", "1e999", "-1e999",
            "/**/1", "\u{FEFF}1",
        ]
        for text in texts {
            let said = message { _ = try JSONValue(parsing: text) }
            #expect(said.hasPrefix("JSON: expected "), "\(text)")
        }
        #expect(
            message { _ = try JSONValue(parsing: "[1,]") }
                == "JSON: expected a value at byte 3, got ']'")
        #expect(
            message { _ = try JSONValue(parsing: #"{"a":1,"\u0061":2}"#) }
                == #"JSON: expected each key once, got "a" again at byte 7"#)
        #expect(
            message { _ = try JSONValue(parsing: [0x22, 0xc0, 0xaf, 0x22]) }
                == "JSON: expected UTF-8 text, got the byte c0 at byte 1")
    }

    @Test func textIsTakenExactlyWhenItIsUTF8() {
        let edges: [UInt8] = [
            0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1,
            0xec,
            0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff,
        ]
        var generator = TestGenerator(11)
        var valid = 0
        for _ in 0..<50_000 {
            let length = Int.random(in: 1...5, using: &generator)
            let text = (0..<length).map { _ in edges.randomElement(using: &generator) ?? 0 }
            let expected = String(validating: text, as: UTF8.self)
            let value = try? JSONValue(parsing: [0x22] + text + [0x22])
            #expect(value?.string == expected, "\(text)")
            if expected != nil { valid += 1 }
        }
        #expect(valid > 1_000)
    }

    @Test func depthIsLimited() throws {
        let depth = JSONValue.greatestDepth
        let deepest = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        #expect(try JSONValue(parsing: deepest).text == deepest)
        let deeper = String(repeating: "[", count: 1_000_000)
        #expect(
            message { _ = try JSONValue(parsing: deeper) }
                == "JSON: expected at most 128 levels of nesting, got more at byte 128")
    }
}
