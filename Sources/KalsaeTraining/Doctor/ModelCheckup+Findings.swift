import Glibc
import KalsaeSupport

extension ModelCheckup {
    /// All findings about the network.
    ///
    /// - Parameter train: the commands that help.
    func findings(_ train: RunCommands) -> [Finding] {
        [
            deadUnits(train), saturation(train), gradientsByDepth(train), updates(train),
            withoutGradient, labels,
        ].compactMap { $0 }
    }

    private func deadUnits(_ train: RunCommands) -> Finding? {
        let own = outputs.filter { $0.activation == "relu" }
        let units = own.reduce(0) { $0 + $1.units }
        guard units > 0 else { return nil }
        let dead = own.reduce(0) { $0 + $1.dead }
        let worst = own.filter { $0.dead > 0 }.map { "\($0.layer) \($0.dead) of \($0.units)" }
        let share = Double(dead) / Double(units)
        let text =
            dead == 0
            ? "all \(units) ReLU units answer to some of \(rows.counting("row"))"
            : "\(dead) of \(units) ReLU units are 0 for all of \(rows.counting("row")): "
                + worst.prefix(4).joined(separator: ", ")
        let numbers = [("dead", Double(dead)), ("units", Double(units)), ("share", share)]
        guard share > 0.1 else { return Finding("dead-units", .good, text, numbers) }
        return Finding(
            "dead-units", share > 0.4 ? .problem : .notice, text, numbers,
            remedy: "a smaller learning rate, another seed, or an activation without a dead half",
            command: train.withActivation("leakyRelu"))
    }

    private func saturation(_ train: RunCommands) -> Finding? {
        let own = outputs.filter { ["sigmoid", "tanh"].contains($0.activation ?? "") }
        guard let worst = own.max(by: { $0.saturated < $1.saturated }) else { return nil }
        let percent = (worst.saturated * 100).short
        let text =
            "\(percent) % of \(worst.layer)'s outputs (\(worst.activation ?? "")) are at their ends"
        let numbers = own.map { ($0.layer, $0.saturated) }
        guard worst.saturated > 0.3 else { return Finding("saturation", .good, text, numbers) }
        return Finding(
            "saturation", worst.saturated > 0.6 ? .problem : .notice,
            "\(text), where their gradients are near 0", numbers,
            remedy: "smaller first weights, scaled inputs, batch norm, or relu",
            command: train.withActivation("relu"))
    }

    /// Of weights, whose gradients pass from the last layer to the first.
    private func gradientsByDepth(_ train: RunCommands) -> Finding? {
        let weights = parameters.filter(\.isWeight)
        guard weights.count > 2, let first = weights.first, let last = weights.last,
            last.gradient > 0
        else { return nil }
        let ratio = first.gradient / last.gradient
        let numbers = weights.map { ($0.name, $0.gradient) }
        let text =
            "gradients (root mean square): \(first.name) \(first.gradient.short), "
            + "\(last.name) \(last.gradient.short)"
        if ratio < 1e-3 {
            return Finding(
                "gradients", .problem, "\(text): they vanish on their way to the first layer",
                numbers, remedy: "relu with He's first weights, batch norm, or residual layers",
                command: train.withActivation("relu"))
        }
        if ratio > 1e3 || !ratio.isFinite {
            return Finding(
                "gradients", .problem, "\(text): they explode on their way to the first layer",
                numbers, remedy: "clipped gradients, smaller first weights, or batch norm",
                command: train.anew("--clip-norm 1"))
        }
        return Finding("gradients", .good, text, numbers)
    }

    private func updates(_ train: RunCommands) -> Finding? {
        let weights = parameters.filter { $0.isWeight && $0.value > 0 }
        guard let least = weights.min(by: { $0.updateRatio < $1.updateRatio }),
            let most = weights.max(by: { $0.updateRatio < $1.updateRatio })
        else { return nil }
        let numbers = weights.map { ($0.name, $0.updateRatio) }
        let text =
            "a step at rate \(Float(learningRate)) changes weights by \(least.updateRatio.short) "
            + "(\(least.name)) to \(most.updateRatio.short) (\(most.name)) of their size"
        if most.updateRatio > 0.05 {
            return Finding(
                "updates", most.updateRatio > 0.3 ? .problem : .notice,
                "\(text); about 0.001 is usual", numbers, remedy: "a smaller learning rate",
                command: train.anew("--learning-rate \(Float(learningRate / 10))"))
        }
        guard most.updateRatio > 0 else { return nil }
        if most.updateRatio < 1e-6 {
            return Finding(
                "updates", .notice, "\(text); about 0.001 is usual", numbers,
                remedy: "a larger learning rate, unless it is at its end",
                command: train.anew("--learning-rate \(Float(learningRate * 10))"))
        }
        return Finding("updates", .good, text, numbers)
    }

    private var withoutGradient: Finding? {
        guard !parameters.isEmpty else { return nil }
        let own = parameters.filter { $0.gradient == 0 }.map(\.name)
        guard !own.isEmpty else {
            return Finding(
                "without-gradient", .good,
                "all \(parameters.count.counting("parameter")) have a gradient",
                [("parameters", Double(parameters.count))])
        }
        return Finding(
            "without-gradient", .problem,
            "no gradient reaches \(own.prefix(4).joined(separator: ", "))"
                + (own.count > 4 ? " and \(own.count - 4) more" : ""),
            [("without", Double(own.count)), ("parameters", Double(parameters.count))],
            remedy:
                "look for layers whose units are dead or at their ends, and for what the loss does "
                + "not depend on")
    }

    private var labels: Finding? {
        guard classes != nil, examined > 0 else { return nil }
        let share = Double(oddRows.count) / Double(examined)
        let numbers = [("rows", Double(oddRows.count)), ("examined", Double(examined))]
        // What a network that has not learned contradicts says nothing of labels.
        guard share <= 0.1 else { return nil }
        guard let first = oddRows.first else {
            return Finding(
                "labels", .good,
                "no label of \(examined.counting("row")) is contradicted with certainty", numbers)
        }
        let shown = oddRows.prefix(5).map {
            "\($0.location ?? "row \($0.row) of \($0.part), from 0,") is \($0.label), looks like "
                + $0.prediction
        }
        let text =
            "\(oddRows.count) of \(examined) labels are contradicted with a probability of "
            + "\(first.probability.short) and less: \(shown.joined(separator: "; "))"
        return Finding(
            "labels", share > 0.01 ? .problem : .notice, text, numbers,
            remedy: "look at these rows; wrong labels are best mended in the data")
    }
}
