import KalsaeData
import KalsaeLessons
import KalsaeSupport
import Testing

/// Whether the files of MNIST are where `KALSAE_DATA` says.
private let hasMNIST: Bool = DataCatalog.entries().contains { entry in
    guard entry.name == "mnist", case .found = entry.place else { return false }
    return true
}

@Suite(.serialized) struct ExperimentTests {
    private func expectPassed(_ report: LectureReport) {
        for check in report.checks where !check.passed {
            Issue.record("\(report.experiment): \(check.name): \(check.got), \(check.rule)")
        }
        #expect(report.passed)
    }

    @Test(arguments: LectureExperiment.allCases.filter { !$0.needsMNIST })
    func itsNumbersComeOut(experiment: LectureExperiment) async throws {
        let report = try await experiment.run()
        #expect(report.experiment == experiment.rawValue)
        #expect(report.checks.count >= 20)
        expectPassed(report)
    }

    @Test(
        .enabled(if: hasMNIST, "needs the files of MNIST"),
        arguments: LectureExperiment.allCases.filter {
            $0.needsMNIST && $0 != .simpleConvNet && $0 != .deepConvNet
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
