import Foundation
import KalsaeRuns
import KalsaeSupport
import Testing

@Suite("Metrics in a store")
struct MetricTests {
    /// A store with one run, removed at the end.
    private func withRun(_ body: (Store, Run, StoreFolder) throws -> Void) throws {
        let folder = try StoreFolder()
        defer { folder.remove() }
        let store = try folder.open()
        try body(store, try store.createRun(RunDescription(name: "a")), folder)
    }

    /// The points behind which none of the same or an earlier step stands: by the definition.
    private func current(_ points: [MetricPoint]) -> [MetricPoint] {
        points.indices.filter { index in
            points[(index + 1)...].allSatisfy { $0.step > points[index].step }
        }.map { points[$0] }
    }

    private func isSame(_ a: MetricPoint, _ b: MetricPoint) -> Bool {
        a.step == b.step && a.epoch == b.epoch && a.time == b.time
            && a.value.bitPattern == b.value.bitPattern
    }

    @Test func numbersThatAreNoneComeBack() throws {
        try withRun { store, run, _ in
            let values: [Double] = [
                1.5, .nan, .infinity, -.infinity, .leastNonzeroMagnitude,
                .greatestFiniteMagnitude, 0.1, Double(Float(0.1)), 3,
            ]
            let points = values.enumerated().map { index, value in
                MetricPoint(
                    step: index, epoch: index % 2 == 0 ? nil : index, time: index * 7, value: value)
            }
            try store.append(points, to: "loss", of: run)
            for limit in [nil, 2000] {
                let read = try store.points("loss", of: run, limit: limit)
                #expect(read.count == points.count)
                #expect(zip(read, points).allSatisfy { isSame($0, $1) })
            }
            let summary = try #require(try store.metrics(of: run).first)
            #expect(summary.count == 9)
            #expect(summary.last.value == 3)
            #expect(summary.low?.value == -.infinity)
            #expect(summary.low?.step == 3)
            #expect(summary.high?.value == .infinity)

            try store.append([MetricPoint(step: 1, value: .nan)], to: "nothing", of: run)
            let nothing = try #require(try store.metrics(of: run).last)
            #expect(nothing.last.value.isNaN)
            #expect(nothing.low == nil)
            #expect(nothing.high == nil)
            try store.append([MetricPoint(step: 2, value: 4)], to: "nothing", of: run)
            #expect(try store.metrics(of: run).last?.low?.value == 4)
        }
    }

    @Test func aMetricThatDoesNotExistIsToldWithThoseThatDo() throws {
        try withRun { store, run, _ in
            try store.append([MetricPoint(step: 1, value: 4)], to: "loss", of: run)
            #expect(throws: KalsaeError("a", expected: "one of its metrics (loss)", got: "\"los\""))
            { try store.points("los", of: run) }
        }
    }

    @Test func stepsDoneAgainHideTheOlderOnes() throws {
        try withRun { store, run, _ in
            var random = Philox(seed: 1, stream: 2)
            for trial in 0..<6 {
                let name = "trial \(trial)"
                var (points, step) = ([MetricPoint](), 0)
                while points.count < 3000 {
                    step += 1 + random.next(below: 3)
                    // Rarely back by some steps, and in one trial the same step again and again.
                    if random.next(below: 400) == 0 {
                        step = max(step - random.next(below: 900), 0)
                    }
                    if trial == 5 { step = random.next(below: 4) }
                    points.append(MetricPoint(step: step, value: random.nextUniform()))
                }
                var start = 0
                while start < points.count {
                    let end = min(start + 1 + random.next(below: 200), points.count)
                    try store.append(Array(points[start..<end]), to: name, of: run)
                    start = end
                }
                let expected = current(points)
                #expect(try store.points(name, of: run, limit: nil) == expected)
                var streamed: [MetricPoint] = []
                try store.forEachPoint(name, of: run) { streamed.append($0) }
                #expect(streamed == expected)
                let range = 500...1500
                #expect(
                    try store.points(name, of: run, steps: range, limit: nil)
                        == expected.filter { range.contains($0.step) })
            }
        }
    }

    @Test(arguments: [1, 31, 32, 33, 255, 2000, 20_000, 70_001])
    func aChartKeepsEndsAndPeaks(_ count: Int) throws {
        try withRun { store, run, _ in
            var random = Philox(seed: 3, stream: UInt64(count))
            var points = (0..<count).map {
                MetricPoint(step: $0 * 2, time: $0, value: random.nextUniform())
            }
            let peaks = [count / 3, count / 2, count * 2 / 3]
            points[peaks[0]].value = 5
            points[peaks[1]].value = -5
            points[peaks[2]].value = .nan
            var start = 0
            while start < count {
                let end = min(start + 997, count)
                try store.append(Array(points[start..<end]), to: "x", of: run)
                start = end
            }
            for limit in [8, 100, 2000] {
                let chart = try store.points("x", of: run, limit: limit)
                #expect(chart.count <= limit)
                #expect(chart.count >= min(count, limit / 2))
                if count <= limit { #expect(chart.count == count) }
                #expect(zip(chart, chart.dropFirst()).allSatisfy { $0.step < $1.step })
                #expect(chart.first?.step == 0)
                #expect(chart.last?.step == (count - 1) * 2)
                // Every point of the chart is one of the metric.
                #expect(chart.allSatisfy { isSame($0, points[$0.step / 2]) })
                guard count > 8 else { continue }
                #expect(chart.contains { $0.value == 5 })
                #expect(chart.contains { $0.value == -5 })
                #expect(chart.contains { $0.value.isNaN })
            }
            guard count >= 2000 else { return }
            let part = 1000...1199
            let zoom = try store.points("x", of: run, steps: part, limit: 2000)
            #expect(zoom.map(\.step) == points.map(\.step).filter { part.contains($0) })
        }
    }

    @Test func aChartReadsFewRowsOfMany() throws {
        try withRun { store, run, folder in
            // Seven levels of blocks; a peak that only one point of 300,000 has.
            let count = 300_000
            var points = (0..<count).map { MetricPoint(step: $0, value: sin(Double($0))) }
            points[123_457].value = 9
            try store.append(points, to: "x", of: run)
            // The points are gone, and the chart still knows its peak: it came from the blocks.
            try StoreCheck(folder.file).execute(
                "DELETE FROM points WHERE number BETWEEN 1 AND 299000")
            let chart = try store.points("x", of: run, limit: 2000)
            #expect(chart.contains { $0.step == 123_457 && $0.value == 9 })
        }
    }

    @Test func tenThousandNamesAreTenThousandMetrics() throws {
        try withRun { store, run, _ in
            let recorder = RunRecorder(run, in: store)
            for index in 0..<10_000 { recorder.metric("m\(index)", step: 1, value: Double(index)) }
            recorder.finish(state: .finished)
            let metrics = try store.metrics(of: run)
            #expect(metrics.count == 10_000)
            #expect(Set(metrics.map(\.name)).count == 10_000)
            #expect(metrics.allSatisfy { $0.name == "m\(Int($0.last.value))" })
        }
    }
}
