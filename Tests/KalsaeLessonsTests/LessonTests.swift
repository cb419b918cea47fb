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
        #expect(report.passed)
    }

    @Test(arguments: Lesson.allCases.filter { $0.data == nil })
    func itsNumbersComeOut(lesson: Lesson) async throws {
        let report = try await lesson.run()
        #expect(report.lesson == lesson.rawValue)
        #expect(report.checks.count >= 20)
        expectPassed(report)
    }

    @Test(
        .enabled(if: found.contains("mnist"), "needs the files of MNIST"),
        arguments: Lesson.allCases.filter { lesson in
            let isLong = lesson == .simpleConvNet || lesson == .deepConvNet
            return !isLong && lesson.data.map(found.contains) == true
        })
    func itsShortFormComesOut(lesson: Lesson) async throws {
        let report = try await lesson.runShortened()
        #expect(report.lesson == lesson.rawValue)
        #expect(report.checks.count >= 4)
        expectPassed(report)
    }

    @Test func anUnknownNameIsRefusedWithAllNames() {
        let error = #expect(throws: KalsaeError.self) { try Lesson(named: "pears") }
        #expect(error?.description.contains("apples, convolution") == true)
    }
}
