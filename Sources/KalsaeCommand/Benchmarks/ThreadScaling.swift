import KalsaeFiles
import KalsaeSupport

/// The time of a network's step by the count of threads, and what does not get faster with them.
struct ThreadScaling {
    /// One count of threads, from the profile of its process.
    struct Point {
        var threads: Int
        /// Microseconds of the fastest round of steps.
        var minimum: Double
        /// Microseconds that the step's arithmetic takes at the peak of this count.
        var arithmetic: Double
        /// Instructions of the plan, with their mean microseconds.
        var instructions: [(name: String, mean: Double)]

        init(threads: Int, _ profile: JSONValue) {
            func number(_ key: String) -> Double { profile[key]?.number ?? .nan }
            self.threads = threads
            minimum = number("min_us")
            arithmetic = number("flops") / number("peak_flops") * 1e6
            instructions = (profile["instructions"]?.array ?? []).map { row in
                let words = [row["name"]?.string ?? "", row["detail"]?.string ?? ""]
                return (
                    StepProfile.shortened(words[0]) + " " + words[1], row["mean_us"]?.number ?? 0
                )
            }
        }
    }

    let net: String
    /// By rising threads; the first has one.
    let points: [Point]

    /// An instruction, its time with one thread and with the most, and the time of all threads that it
    /// takes more than with one.
    typealias Loss = (name: String, one: Double, most: Double, lost: Double)

    /// The share of `threads` times the speed of one thread that is reached.
    func efficiency(_ point: Point) -> Double {
        points[0].minimum / (point.minimum * Double(point.threads))
    }

    /// What costs the most time of all threads together, the greatest first. Plans for other counts of
    /// threads may cut work otherwise, so that instructions are matched by what they do, in order.
    var losses: [Loss] {
        guard let last = points.last, last.threads > 1 else { return [] }
        var known: [String: [Double]] = [:]
        for instruction in points[0].instructions.reversed() {
            known[instruction.name, default: []].append(instruction.mean)
        }
        return last.instructions.map { instruction in
            let one = known[instruction.name]?.popLast() ?? 0
            let all = instruction.mean * Double(last.threads)
            return (instruction.name, one, instruction.mean, all - one)
        }.sorted { $0.lost > $1.lost }
    }

    /// The tables.
    func lines(top: Int) -> [String] {
        func text(_ value: Double, _ digits: Int) -> String {
            Progress.fixed(value, digits: digits)
        }
        var table = TextTable("threads", "min us", "speedup", "efficiency", "floor")
        for point in points {
            table.add(
                "\(point.threads)", text(point.minimum, 1),
                text(points[0].minimum / point.minimum, 2),
                text(efficiency(point) * 100, 0) + " %",
                "x" + text(point.minimum / point.arithmetic, 2))
        }
        var lines = ["\(net):"] + table.lines
        let losses = losses.prefix(top)
        if !losses.isEmpty, let threads = points.last?.threads {
            var table = TextTable(
                "us, 1 thread", "us, \(threads) threads", "lost us", "instruction")
            for loss in losses {
                table.add(
                    text(loss.one, 1), text(loss.most, 1), text(loss.lost, 1), loss.name)
            }
            lines += table.lines
        }
        return lines + [""]
    }

    /// The same as one object.
    var json: JSONValue {
        [
            "net": .string(net),
            "points": .array(
                points.map { point in
                    [
                        "threads": .integer(point.threads), "min_us": .number(point.minimum),
                        "efficiency": .number(efficiency(point)),
                        "floor": .number(point.minimum / point.arithmetic),
                    ]
                }),
            "losses": .array(
                losses.prefix(10).map { loss in
                    [
                        "instruction": .string(loss.name), "one_us": .number(loss.one),
                        "most_us": .number(loss.most), "lost_us": .number(loss.lost),
                    ]
                }),
        ]
    }
}
