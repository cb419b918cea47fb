import KalsaeGPU
import KalsaeSupport
import KalsaeTensor
import KalsaeTesting
import Testing

/// Several runs of a step that the device is handed together.
@Suite(.enabled(if: OpenCLDevice.isThere, "\(OpenCLDevice.reason)"), .serialized)
struct RepeatedRunsTests {
    private func step(passes: String) throws -> RepeatedStep {
        // Plans are kept by device: each choice of passes has one of its own.
        let device = Device(try OpenCLDevice.backend.get())
        return try EnvironmentFlag.with(.passes, passes) {
            let step = try RepeatedStep(on: device)
            // The first run compiles.
            _ = try step.runOneByOne(0..<1)
            return step
        }
    }

    @Test(arguments: ["", "-sequence"]) func theyGiveTheBitsOfOneByOne(_ passes: String) throws {
        let (one, all) = (try step(passes: passes), try step(passes: passes))
        let expected = try one.runOneByOne(1..<16)
        var losses: [Float] = []
        for numbers in [1..<11, 11..<14, 14..<15, 15..<16] {
            let runs = try all.runTogether(numbers)
            #expect(runs.error == nil)
            losses += runs.losses
        }
        #expect(losses == expected)
        #expect(try all.weights == one.weights)
    }

    /// Row numbers are written once, the losses and what went wrong are read once.
    @Test func tenRunsOfASmallStepAreOneLaunch() throws {
        let step = try step(passes: "")
        _ = try step.runTogether(1..<11)
        let counts = try Counters.measure { _ = try step.runTogether(11..<21) }.counts
        #expect([counts.launches, counts.deviceCopies, counts.plansRun] == [1, 3, 10])
    }

    @Test(arguments: ["", "-sequence"])
    func anErrorEndsThemBehindTheLastGoodRun(_ passes: String) throws {
        let (one, all) = (try step(passes: passes), try step(passes: passes))
        var expected = try one.runOneByOne(1..<5)
        let runs = try all.runTogether(1..<11, missing: 5)
        #expect(runs.losses == expected)
        let error = try #require(runs.error as? KalsaeError)
        #expect(error.got == "\(RepeatedStep.rowCount)")
        #expect(try all.weights == one.weights)
        // Nothing of it is left.
        expected = try one.runOneByOne(5..<8)
        let next = try all.runTogether(5..<8)
        #expect(next.losses == expected && next.error == nil)
    }
}
