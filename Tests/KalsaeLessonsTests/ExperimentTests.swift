import KalsaeData
import KalsaeLessons
import KalsaeSupport
import Testing

/// The data sets that are where `KALSAE_DATA` says.
private let found: Set<String> = Set(
    DataCatalog.entries().compactMap { entry in
        if case .found = entry.place { entry.name } else { nil }
    })

@Suite(.serialized) struct ExperimentTests {
    private func expectPassed(_ report: LectureReport) {
        for check in report.checks where !check.passed {
            Issue.record("\(report.experiment): \(check.name): \(check.got), \(check.rule)")
        }
        #expect(report.passed)
    }

    @Test(arguments: LectureExperiment.allCases.filter { $0.data == nil })
    func itsNumbersComeOut(experiment: LectureExperiment) async throws {
        let report = try await experiment.run()
        #expect(report.experiment == experiment.rawValue)
        #expect(report.checks.count >= 20)
        expectPassed(report)
    }

    @Test(
        .enabled(if: found.contains("mnist"), "needs the files of MNIST"),
        arguments: LectureExperiment.allCases.filter { experiment in
            let isLong = experiment == .simpleConvNet || experiment == .deepConvNet
            return !isLong && experiment.data.map(found.contains) == true
        })
    func itsShortFormComesOut(experiment: LectureExperiment) async throws {
        let report = try await experiment.runShortened()
        #expect(report.experiment == experiment.rawValue)
        #expect(report.checks.count >= 4)
        expectPassed(report)
    }

    @Test func anUnknownNameIsRefusedWithAllNames() {
        let error = #expect(throws: KalsaeError.self) { try LectureExperiment(named: "pears") }
        #expect(error?.description.contains("apples, convolution") == true)
    }
}
