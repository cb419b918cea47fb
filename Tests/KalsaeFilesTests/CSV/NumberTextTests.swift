import Glibc
import KalsaeFiles
import KalsaeSupport
import Testing

/// Decimal numbers beside those of the C library, bit for bit.
@Suite struct NumberTextTests {
    private func parse(_ text: String) -> Double? {
        Array(text.utf8).withUnsafeBufferPointer { NumberText.parse($0) }
    }

    private func expectSame(_ text: String) {
        let value = parse(text)
        if value?.bitPattern != strtod(text, nil).bitPattern {
            Issue.record("\(text): \(String(describing: value)), not \(strtod(text, nil))")
        }
    }

    @Test func randomDigits() {
        var random = Philox(seed: 1, stream: 1)
        for _ in 0..<200_000 {
            let count = 1 + random.next(below: 21)
            var text = random.next(below: 2) == 0 ? "-" : ""
            let point = random.next(below: count + 2)
            for index in 0..<count {
                if index == point { text += "." }
                text += "\(random.next(below: 10))"
            }
            if random.next(below: 2) == 0 { text += "e\(random.next(below: 160) - 80)" }
            expectSame(text)
        }
    }

    @Test func printedDoubles() {
        var random = Philox(seed: 2, stream: 1)
        for _ in 0..<100_000 {
            let value = Double(bitPattern: random.next())
            guard value.isFinite else { continue }
            #expect(parse("\(value)")?.bitPattern == value.bitPattern)
            let small = (random.nextUniform() - 0.5) * 1_000
            #expect(parse("\(small)")?.bitPattern == small.bitPattern)
        }
    }

    /// Numbers halfway between two of a `Double`, and those beside them.
    @Test func halfway() {
        var random = Philox(seed: 3, stream: 1)
        for _ in 0..<20_000 {
            let odd = (UInt64(1) << 53 | random.next() >> 11) * 2 + 1
            let shift = UInt64(random.next(below: 9))
            for number in [odd << shift, odd << shift + 1, odd << shift - 1] {
                expectSame("\(number)")
                expectSame("\(number)e5")
                expectSame("\(number)e-5")
            }
        }
    }

    @Test(arguments: [
        "", "-", "+", ".", "-.", "e5", "1e", "1e+", "1e-x", "--1", "+-1", "-+1", "1..2", "1.2.3",
        "0x10",
        "1_000", " 1", "1 ", "1,5", "inf", "nan", "1e5.0",
    ])
    func isNone(_ text: String) { #expect(parse(text) == nil) }

    @Test(arguments: [
        "+1", ".5", "5.", "-.5", "007", "1E5", "1e+5", "1e-5", "0e999", "-0", "-0.0", "1e400",
        "-1e400",
        "1e-400", "4.9e-324", "2.2250738585072011e-308", "9007199254740993", "12345678",
        "123456789",
        "1234567890123456", "18446744073709551615", "99999999999999999999", "0.1234567812345678",
    ])
    func isOne(_ text: String) { expectSame(text) }
}
