import KalsaeData
import KalsaeLessons
import KalsaeSupport
import Testing

/// The data sets that are where `KALSAE_DATA` says.
private let found: Set<String> = Set(
    DataCatalog.entries().compactMap { entry in
        if case .found = entry.location { entry.name } else { nil }
    })

@Suite(.serialized) struct LessonTests {
    private func expectPassed(_ report: LectureReport) {
        for check in report.checks where !check.passed {
            Issue.record("\(report.lesson): \(check.name): \(check.got), \(check.rule)")
        }
        #expect(report.passed && report.isDemanded)
    }

    /// Whether a name is Korean, or made of formulas and names of functions only.
    private static func isReadable(_ name: String) -> Bool {
        let isKorean = name.unicodeScalars.contains { (0xac00...0xd7a3).contains($0.value) }
        let formulas = ["exp", "softmax", "clipnorm", "clipvalue", "global"]
        let words = name.split { !("a"..."z" ~= $0) }.filter { $0.count >= 3 }
        return isKorean || words.allSatisfy { formulas.contains(String($0)) }
    }

    /// Every figure can be drawn and has a caption, and every caption belongs to something.
    private func expectShown(_ lesson: Lesson, _ report: LectureReport) throws {
        let names = report.exhibits.map(\.name)
        #expect(!report.figures.isEmpty)
        #expect(Set(report.figures.map(\.name)).count == report.figures.count)
        for language in LessonLanguage.allCases {
            let captions = try Chapter(lesson, language).captions
            for figure in report.figures { #expect(captions[figure.name] != nil, "\(figure.name)") }
            for name in captions.keys { #expect(names.contains(name), "\(name)") }
        }
        for table in report.shownTables {
            for row in table.cells where !table.columns.isEmpty {
                #expect(row.count == table.columns.count, "\(table.name)")
            }
        }
        for row in LessonCheckRow.rows(of: report.checks, .korean) {
            #expect(Self.isReadable(row.name), "\(row.name)")
        }
        let page = try LessonPage(lesson, report, .korean).html
        #expect(page.contains("lang=\"ko\"") && page.contains("<svg"))
    }

    @Test(arguments: Lesson.allCases.filter { $0.data == nil })
    func itsNumbersComeOut(lesson: Lesson) async throws {
        let report = try await lesson.run(LessonSettings(language: .korean, isShort: true))
        #expect(report.lesson == lesson.rawValue)
        #expect(report.checks.count >= 4)
        expectPassed(report)
        try expectShown(lesson, report)
    }

    @Test(
        .enabled(if: found.contains("mnist"), "needs the files of MNIST"),
        arguments: Lesson.allCases.filter { $0.data.map(found.contains) == true })
    func itsShortFormComesOut(lesson: Lesson) async throws {
        let report = try await lesson.run(LessonSettings(isShort: true))
        #expect(report.lesson == lesson.rawValue)
        #expect(report.checks.count >= 2)
        expectPassed(report)
        try expectShown(lesson, report)
    }

    @Test func anUnknownNameIsRefusedWithAllNames() {
        let error = #expect(throws: KalsaeError.self) { try Lesson(named: "pears") }
        #expect(error?.description.contains("apples, backprop") == true)
    }

    @Test func changedKnobsShowNumbersAndDemandNone() async throws {
        let report = try await Lesson.backprop.run(LessonSettings(knobs: ["rate": 1]))
        #expect(!report.isDemanded && !report.passed)
        let weights = try #require(report.shownTables.first)
        // .45 - 1 · .0259228556.
        #expect((weights.rows[4].values[2] - 0.4240771444).magnitude < 1e-8)
        let same = try await Lesson.backprop.run(LessonSettings(knobs: ["rate": 0.5]))
        #expect(same.isDemanded && same.passed)
    }

    @Test func knobsThatAreNotThereOrOutOfRangeAreRefused() async {
        for knobs in [["rates": 1.0], ["rate": -1], ["rate": .nan]] {
            await #expect(throws: KalsaeError.self) {
                _ = try await Lesson.backprop.run(LessonSettings(knobs: knobs))
            }
        }
        await #expect(throws: KalsaeError.self) {
            _ = try await Lesson.xor.run(LessonSettings(knobs: ["hidden": 2.5]))
        }
    }

    @Test func arraysAreOneRowForReaders() {
        var report = LectureReport("rows")
        report.check("A1", [0.3, 0.7, 1.1], [0.3, 0.7, 1.1], within: 1e-9)
        report.check("band", 2, in: 1...3)
        report.check("least", 0, atLeast: 2)
        let rows = LessonCheckRow.rows(of: report.checks)
        #expect(rows.map(\.name) == ["A1", "band", "least"])
        #expect(rows[0].expected == "0.3, 0.7, 1.1")
        #expect(rows.map(\.passed) == [true, true, false])
        #expect(rows[1].expected == "1–3" && rows[2].expected == "≥ 2")
    }
}

/// A lesson as one file.
@Suite struct LessonPageTests {
    private func page(_ language: LessonLanguage) async throws -> String {
        let report = try await Lesson.perceptron.run(LessonSettings(language: language))
        return try LessonPage(.perceptron, report, language).html
    }

    @Test func aPageNeedsNothingFromOutside() async throws {
        for language in LessonLanguage.allCases {
            let page = try await page(language)
            for word in ["<script", "href=", "src=", "url(", "@import"] {
                #expect(!page.contains(word), "\(word)")
            }
            // The namespace of SVG is the only address.
            let addresses = page.ranges(of: "//").count
            #expect(addresses == page.ranges(of: "http://www.w3.org/2000/svg").count)
            #expect(page.hasPrefix("<!DOCTYPE html>\n<html lang=\"\(language.rawValue)\">"))
        }
    }

    @Test func aPageHoldsEveryPart() async throws {
        let page = try await page(.english)
        // Two figures, each for light and for dark.
        #expect(page.ranges(of: "<div class=\"light\"><svg").count == 2)
        #expect(page.ranges(of: "<div class=\"dark\"><svg").count == 2)
        #expect(page.ranges(of: "<details").count == 3)
        #expect(page.contains("--set w1=0.5") && page.contains("--answer …,…,…"))
        #expect(page.contains("prefers-color-scheme: dark"))
        for (open, close) in [
            ("<section", "</section>"), ("<table", "</table>"), ("<figure", "</figure>"),
        ] {
            #expect(page.ranges(of: open).count == page.ranges(of: close).count)
        }
    }
}
