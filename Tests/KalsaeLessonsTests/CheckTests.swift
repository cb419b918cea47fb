import KalsaeFiles
import KalsaeLessons
import Testing

@Suite struct CheckTests {
    @Test func aPlantedWrongNumberFails() {
        var report = LectureReport("planted")
        report.check("right", 0.29959556, 0.2995955623, within: 1e-8)
        #expect(report.passed)
        report.check("wrong", 0.29960429, 0.2995955623, within: 1e-8)
        #expect(!report.passed)
        #expect(report.checks.map(\.passed) == [true, false])
        #expect(report.json["passed"]?.bool == false)
        #expect(report.text.contains("WRONG wrong"))
        #expect(report.text.contains("1 of 2 numbers come out"))
    }

    @Test func noNumberIsNoSuccess() {
        var report = LectureReport("empty")
        #expect(!report.passed)
        report.check("not a number", .nan, 0, within: 1)
        report.check("not in a band", .nan, in: -1...1)
        report.check("not large", .nan, atLeast: 0)
        #expect(report.checks.allSatisfy { !$0.passed })
    }

    @Test func bandsHaveTheirEnds() {
        var report = LectureReport("bands")
        for value in [0.94, 0.95] { report.check("in", value, in: 0.94...0.95) }
        for value in [0.9399, 0.9501] { report.check("out", value, in: 0.94...0.95) }
        report.check("above", 3, atLeast: 2)
        #expect(report.checks.map(\.passed) == [true, true, false, false, true])
    }

    @Test func missingAndSurplusNumbersFail() {
        var missing = LectureReport("missing")
        missing.check("grid", [1, 2], [1, 2, 3], within: 0)
        #expect(missing.checks.map(\.passed) == [true, true, false])
        var surplus = LectureReport("surplus")
        surplus.check("grid", [1, 2, 3], [1, 2], within: 0)
        #expect(!surplus.passed)
    }

    @Test func aReportIsOneLineOfJSON() throws {
        var report = LectureReport("json")
        report.check("value", 1, 1, within: 0)
        report.check("band", 2, in: 1...3)
        report.table("curve", [0.5, 0.25])
        report.note("a \"misprint\"")
        report.passage("sample", "ROMEO:\nO!")
        let text = report.json.text
        #expect(!text.contains("\n"))
        let read = try JSONValue(parsing: text)
        #expect(read["lesson"]?.string == "json")
        #expect(read["passed"]?.bool == true)
        #expect(read["seconds"]?.number == 0)
        #expect(read["checks"]?.array?[0]["expected"]?.number == 1)
        #expect(read["checks"]?.array?[1]["high"]?.number == 3)
        #expect(read["sample"]?.string == "ROMEO:\nO!")
        #expect(report.text.contains("--- sample\nROMEO:\nO!\n---"))
        #expect(read["curve"]?.array?.compactMap(\.number) == [0.5, 0.25])
    }
}
