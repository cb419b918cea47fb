import KalsaeFiles
import KalsaeLessons
import KalsaeSupport
import Testing

@Suite struct ExperimentTests {
    @Test(arguments: LectureExperiment.allCases.filter { !$0.needsMNIST })
    func itsNumbersComeOut(experiment: LectureExperiment) async throws {
        let report = try await experiment.run()
        #expect(report.experiment == experiment.rawValue)
        #expect(report.checks.count >= 20)
        for check in report.checks where !check.passed {
            Issue.record("\(check.name): \(check.got), \(check.rule)")
        }
    }

    @Test func anUnknownNameIsRefusedWithAllNames() {
        let error = #expect(throws: KalsaeError.self) { try LectureExperiment(named: "pears") }
        #expect(error?.description.contains("apples, convolution") == true)
    }
}
