import KalsaeFiles
import KalsaeGraph
import KalsaeOptimizers
import KalsaeTensor

/// Paths of optimizers on `x² / 20 + y²` from (-7, 2), in `float64`.
///
/// Source: 'Deep Learning from Scratch', chapter 6; positions computed again.
struct OptimizerPaths {
    /// Positions after so many updates.
    typealias Positions = [(updates: Int, x: Double, y: Double)]

    /// Every learning rate times so much.
    var factor = 1.0
    var momentum = 0.9
    let context: LessonContext

    func report() throws -> LectureReport {
        var report = LectureReport("optimizers-2d")
        var paths: [(name: String, path: [[Double]])] = []
        for (name, optimizer, positions) in rows {
            let path = try path(of: optimizer)
            for (updates, x, y) in positions {
                report.check("\(name) after \(updates): x", path[updates][0], x, within: 1e-6)
                report.check("\(name) after \(updates): y", path[updates][1], y, within: 1e-6)
            }
            paths.append((name, path))
            report.table(name, .array(path.map { .array([.number($0[0]), .number($0[1])]) }))
        }
        draw(paths, into: &report)
        let last = paths[2].path[30]
        let value = last[0] * last[0] / 20 + last[1] * last[1]
        report.check("AdaGrad after 30: f", value, 7.2195e-04, within: 1e-7)
        report.note("the book's figure ends at the position after 29 updates")
        report.note(
            "the Korean repository moves Nesterov's velocity first and then uses it: a wrong method, "
                + "kept here as a negative test")
        return report
    }

    /// The positions before the first and after each of 30 updates.
    func path(of optimizer: any Optimizer) throws -> [[Double]] {
        var point = Tensor.doubles([-7, 2])
        var state = OptimizerState(for: point, optimizer)
        var path = [try point.doubles]
        let stretch = Tensor.doubles([0.05, 1])
        for step in 1...30 {
            let slope = gradient(at: point) { ($0.square() * stretch).sum() }
            point = optimizer.updated(
                point, gradient: slope, state: &state,
                scalars: .doubles(optimizer.scalars(step: step).values))
            path.append(try point.doubles)
        }
        return path
    }
}
