import KalsaeGPU
import KalsaeSupport
import KalsaeTensor
import KalsaeTesting
import Testing

extension CUDACardTests {
    /// What a step asks of the driver, as counts of its functions.
    @Suite(.enabled(if: EmulatedCard.isThere, "\(EmulatedCard.reason)"))
    struct Plans {
        private let device: Device

        init() throws {
            EmulatedCard.configure()
            device = Device(try EmulatedCard.backend.get())
        }

        private func step(_ device: Device) throws -> (CompiledStep<Tensor>, Tensor) {
            let descent = try DescentStep(on: device)
            return (descent.step, descent.rows)
        }

        @Test func aStepIsOneGraphAfterSomeRuns() throws {
            let (step, rows) = try step(device)
            for _ in 0..<8 { try step.run([rows]) }
            EmulatedCard.configure()
            let launches = try Counters.measure {
                for _ in 0..<5 { try step.run([rows]) }
            }.counts.launches
            #expect(launches == 5)
            #expect(EmulatedCard.calls("cuGraphLaunch", "cuLaunchKernel") == [5, 0])
            #expect(
                EmulatedCard.calls("cuMemAlloc_v2", "cuMemFree_v2", "cuMemHostAlloc") == [0, 0, 0])
            #expect(EmulatedCard.calls("cuMemcpyHtoDAsync_v2", "cuMemcpyDtoHAsync_v2") == [0, 0])
            #expect(EmulatedCard.calls("cuStreamSynchronize", "cuStreamCreate") == [0, 0])
            // The loss, when it is asked for.
            _ = step.scalar(0)
            #expect(EmulatedCard.calls("cuMemcpyDtoHAsync_v2", "cuStreamSynchronize") == [1, 1])
        }

        @Test func aGraphCountsAsOneLaunchFromItsFirstRunOn() throws {
            let (step, rows) = try step(device)
            let kernels = try Counters.measure { try step.run([rows]) }.counts.launches
            EmulatedCard.configure()
            let launches = try Counters.measure {
                while EmulatedCard.calls("cuGraphLaunch") == [0] { try step.run([rows]) }
            }.counts.launches
            // What was recorded was not run.
            let recorded = kernels
            let given = EmulatedCard.calls("cuLaunchKernel")[0] - recorded
            #expect(launches == given + 1)
        }

        @Test func aStepGivesTheNumbersOfTheCPUAndTheSameBitsEachTime() throws {
            var losses: [[Float]] = []
            for device in [Device.cpu, device, device] {
                let (step, rows) = try step(device)
                losses.append(
                    try (0..<50).map { _ in
                        try step.run([rows])
                        return step.scalar(0)
                    })
            }
            #expect(losses[1] == losses[2])
            for (got, expected) in zip(losses[1], losses[0]) {
                // 20 products of 3 numbers and a mean over 40: some ten roundings, half a unit each.
                #expect(abs(got - expected) <= 16 * Float.ulpOfOne * max(expected, 1))
            }
        }

        /// The card does nothing before somebody waits for it, so that each run must have taken its
        /// numbers with it.
        @Test func hostNumbersAreTakenAlongWithoutWaiting() throws {
            let rows = try HostTensor<Int32>(count: 2)
            let table: Tensor = [[1, 2], [3, 4], [5, 6]]
            let step = try device.asCurrent {
                try CompiledStep(Tensor.zeros([4])) { (state: inout Tensor, inputs: [Tensor]) in
                    let row: Tensor = table.gathered(at: inputs[0]).reshaped(to: [4])
                    let tenfold: Tensor = state * 10
                    state = tenfold + row
                    return []
                }
            }
            func run(_ first: Int32, _ second: Int32) throws {
                (rows.values[0], rows.values[1]) = (first, second)
                try step.run([rows.tensor])
            }
            try run(0, 0)
            let before = EmulatedCard.calls("cuStreamSynchronize")[0]
            try run(2, 1)
            try run(1, 0)
            #expect(EmulatedCard.calls("cuStreamSynchronize")[0] - before <= 2)
            let expected: [[Float]] = [[1, 2, 1, 2], [5, 6, 3, 4], [3, 4, 1, 2]]
            let sums = (0..<4).map { index in expected.reduce(Float(0)) { $0 * 10 + $1[index] } }
            #expect(try step.state.values() == sums)
        }

        /// The losses of ten runs and what went wrong are waited for, not each run.
        @Test(arguments: ["", "-sequence"]) func runsAreHandedOverTogether(
            _ passes: String
        ) throws {
            let (one, all) = try EnvironmentFlag.with(.passes, passes) {
                // Plans are kept by device.
                let device = Device(try EmulatedCard.backend.get())
                let steps = (try RepeatedStep(on: device), try RepeatedStep(on: device))
                _ = try (steps.0.runOneByOne(0..<1), steps.1.runOneByOne(0..<1))
                return steps
            }
            let expected = try one.runOneByOne(1..<31)
            for first in [1, 11] { _ = try all.runTogether(first..<first + 10) }
            EmulatedCard.configure()
            let (runs, counts) = try Counters.measure { try all.runTogether(21..<31) }
            let waits = EmulatedCard.calls("cuStreamSynchronize")[0]
            #expect(runs.losses == Array(expected[20...]) && runs.error == nil)
            #expect(try all.weights == one.weights)
            #expect(waits == 2)
            if passes.isEmpty { #expect(counts.launches == 1) }
            let failed = try all.runTogether(31..<41, missing: 34)
            #expect(try failed.losses == one.runOneByOne(31..<34) && failed.error != nil)
            #expect(try all.weights == one.weights)
        }

        @Test func twoStepsOnOneCardKeepTheirGraphs() throws {
            let (one, rows) = try step(device)
            let (other, _) = try step(device)
            for _ in 0..<10 {
                try one.run([rows])
                try other.run([rows])
            }
            #expect(EmulatedCard.calls("cuGraphInstantiateWithFlags") == [2])
            #expect(EmulatedCard.calls("cuGraphLaunch")[0] >= 10)
            #expect(one.scalar(0) == other.scalar(0))
        }

        @Test func memoryThatWasOfOthersIsNotWaitedFor() throws {
            let backend = try EmulatedCard.backend.get()
            let (step, rows) = try step(device)
            for _ in 0..<8 { try step.run([rows]) }
            EmulatedCard.configure()
            for _ in 0..<3 { _ = try backend.makeBuffer(byteCount: 4096) }
            try step.run([rows])
            #expect(EmulatedCard.calls("cuMemAlloc_v2")[0] <= 1)
            #expect(EmulatedCard.calls("cuMemFree_v2", "cuGraphLaunch") == [0, 1])
        }
    }
}
