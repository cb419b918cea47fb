import Glibc
import KalsaeSupport

extension ModelCheckup {
    /// All findings about the network.
    ///
    /// - Parameters:
    ///   - train: the commands that help.
    ///   - say: the language.
    func findings(_ train: RunCommands, _ say: TextLanguage) -> [Finding] {
        [
            deadUnits(train, say), saturation(train, say), gradientsByDepth(train, say),
            updates(train, say), withoutGradient(say), labels(say),
        ].compactMap { $0 }
    }

    private func deadUnits(_ train: RunCommands, _ say: TextLanguage) -> Finding? {
        let own = outputs.filter { $0.activation == "relu" }
        let units = own.reduce(0) { $0 + $1.units }
        guard units > 0 else { return nil }
        let dead = own.reduce(0) { $0 + $1.dead }
        let worst = own.filter { $0.dead > 0 }.map {
            say("\($0.layer) \($0.dead) of \($0.units)", "\($0.layer) \($0.units)개 중 \($0.dead)개")
        }
        let share = Double(dead) / Double(units)
        let text =
            dead == 0
            ? say(
                "all \(units) ReLU units answer to some of \(rows.counting("row"))",
                "ReLU 유닛 \(units)개가 모두 \(rows)행 중 일부에 반응합니다")
            : say(
                "\(dead) of \(units) ReLU units are 0 for all of \(rows.counting("row")): ",
                "ReLU 유닛 \(units)개 중 \(dead)개가 \(rows)행 모두에서 0입니다: ")
                + worst.prefix(4).joined(separator: ", ")
        let numbers = [("dead", Double(dead)), ("units", Double(units)), ("share", share)]
        guard share > 0.1 else { return Finding("dead-units", .good, text, numbers) }
        return Finding(
            "dead-units", share > 0.4 ? .problem : .notice, text, numbers,
            remedy: say(
                "a smaller learning rate, another seed, or an activation without a dead half",
                "학습률을 줄이거나, 시드를 바꾸거나, 죽는 구간이 없는 활성화 함수를 쓰세요"),
            command: train.withActivation("leakyRelu"))
    }

    private func saturation(_ train: RunCommands, _ say: TextLanguage) -> Finding? {
        let own = outputs.filter { ["sigmoid", "tanh"].contains($0.activation ?? "") }
        guard let worst = own.max(by: { $0.saturated < $1.saturated }) else { return nil }
        let (percent, activation) = (worst.saturated.percentText, worst.activation ?? "")
        let text = say(
            "\(percent) of \(worst.layer)'s outputs (\(activation)) are at their ends",
            "\(worst.layer) 출력(\(activation))의 \(percent)가 양 끝에 있습니다")
        let numbers = own.map { ($0.layer, $0.saturated) }
        guard worst.saturated > 0.3 else { return Finding("saturation", .good, text, numbers) }
        return Finding(
            "saturation", worst.saturated > 0.6 ? .problem : .notice,
            text + say(", where their gradients are near 0", ". 그곳의 기울기는 0에 가깝습니다"),
            numbers,
            remedy: say(
                "smaller first weights, scaled inputs, batch norm, or relu",
                "초기 가중치를 줄이거나, 입력을 조정하거나, 배치 정규화나 relu를 쓰세요"),
            command: train.withActivation("relu"))
    }

    /// Of weights, whose gradients pass from the last layer to the first.
    private func gradientsByDepth(_ train: RunCommands, _ say: TextLanguage) -> Finding? {
        let weights = parameters.filter(\.isWeight)
        guard weights.count > 2, let first = weights.first, let last = weights.last,
            last.gradient > 0
        else { return nil }
        let ratio = first.gradient / last.gradient
        let numbers = weights.map { ($0.name, $0.gradient) }
        let text =
            say("gradients (root mean square): ", "기울기(제곱 평균의 제곱근): ")
            + "\(first.name) \(first.gradient.short), \(last.name) \(last.gradient.short)"
        if ratio < 1e-3 {
            return Finding(
                "gradients", .problem,
                text + say(": they vanish on their way to the first layer", ". 첫 층으로 갈수록 소실됩니다"),
                numbers,
                remedy: say(
                    "relu with He's first weights, batch norm, or residual layers",
                    "He 초깃값과 relu, 배치 정규화, 또는 잔차 층을 쓰세요"),
                command: train.withActivation("relu"))
        }
        if ratio > 1e3 || !ratio.isFinite {
            return Finding(
                "gradients", .problem,
                text + say(": they explode on their way to the first layer", ". 첫 층으로 갈수록 폭발합니다"),
                numbers,
                remedy: say(
                    "clipped gradients, smaller first weights, or batch norm",
                    "기울기 클리핑, 더 작은 초기 가중치, 또는 배치 정규화를 쓰세요"),
                command: train.anew("--clip-norm 1"))
        }
        return Finding("gradients", .good, text, numbers)
    }

    private func updates(_ train: RunCommands, _ say: TextLanguage) -> Finding? {
        let weights = parameters.filter { $0.isWeight && $0.value > 0 }
        guard let least = weights.min(by: { $0.updateRatio < $1.updateRatio }),
            let most = weights.max(by: { $0.updateRatio < $1.updateRatio })
        else { return nil }
        let numbers = weights.map { ($0.name, $0.updateRatio) }
        let (low, high) = (least.updateRatio.short, most.updateRatio.short)
        let text = say(
            "a step at rate \(Float(learningRate)) changes weights by \(low) "
                + "(\(least.name)) to \(high) (\(most.name)) of their size",
            "학습률 \(Float(learningRate))에서 한 단계가 가중치를 제 크기의 \(low)배(\(least.name))에서 "
                + "\(high)배(\(most.name))만큼 바꿉니다")
        let usual = text + say("; about 0.001 is usual", ". 보통은 0.001배쯤입니다")
        if most.updateRatio > 0.05 {
            return Finding(
                "updates", most.updateRatio > 0.3 ? .problem : .notice,
                usual, numbers, remedy: say("a smaller learning rate", "학습률을 줄이세요"),
                command: train.anew(rate: ProposedRate.below(learningRate)))
        }
        guard most.updateRatio > 0 else { return nil }
        if most.updateRatio < 1e-6 {
            return Finding(
                "updates", .notice, usual, numbers,
                remedy: say(
                    "a larger learning rate, unless it is at its end",
                    "학습이 끝나 가는 것이 아니라면 학습률을 키우세요"),
                command: train.anew(rate: ProposedRate.above(learningRate)))
        }
        return Finding("updates", .good, text, numbers)
    }

    private func withoutGradient(_ say: TextLanguage) -> Finding? {
        guard !parameters.isEmpty else { return nil }
        let own = parameters.filter { $0.gradient == 0 }.map(\.name)
        guard !own.isEmpty else {
            return Finding(
                "without-gradient", .good,
                say(
                    "all \(parameters.count.counting("parameter")) have a gradient",
                    "매개변수 \(parameters.count)개에 모두 기울기가 있습니다"),
                [("parameters", Double(parameters.count))])
        }
        let names = own.prefix(4).joined(separator: ", ")
        let more = own.count - 4
        return Finding(
            "without-gradient", .problem,
            say(
                "no gradient reaches \(names)" + (more > 0 ? " and \(more) more" : ""),
                "기울기가 닿지 않는 매개변수: \(names)" + (more > 0 ? " 외 \(more)개" : "")),
            [("without", Double(own.count)), ("parameters", Double(parameters.count))],
            remedy: say(
                "look for layers whose units are dead or at their ends, and for what the loss does "
                    + "not depend on",
                "유닛이 죽었거나 포화된 층, 손실과 이어지지 않은 부분이 있는지 살펴보세요"))
    }

    private func labels(_ say: TextLanguage) -> Finding? {
        guard classes != nil, examined > 0 else { return nil }
        let share = Double(oddRows.count) / Double(examined)
        let numbers = [("rows", Double(oddRows.count)), ("examined", Double(examined))]
        // What a network that has not learned contradicts says nothing of labels.
        guard share <= 0.1 else { return nil }
        guard let first = oddRows.first else {
            return Finding(
                "labels", .good,
                say(
                    "no label of \(examined.counting("row")) is contradicted with certainty",
                    "\(examined)행 중 확신을 갖고 반박할 레이블이 없습니다"), numbers)
        }
        let shown = oddRows.prefix(5).map {
            say(
                "\($0.location ?? "row \($0.row) of \($0.part), from 0,") is \($0.label), looks like "
                    + $0.prediction,
                "\($0.location ?? "\($0.part == "train" ? "학습" : "검증") 데이터 \($0.row)행(0부터)"): "
                    + "\($0.label)인데 \($0.prediction)처럼 보임")
        }
        let list = shown.joined(separator: "; ")
        let text = say(
            "\(oddRows.count) of \(examined) labels are contradicted with a probability of "
                + "\(first.probability.short) and less: \(list)",
            "레이블 \(examined)개 중 \(oddRows.count)개가 최대 \(first.probability.short)의 확률로 "
                + "의심됩니다: \(list)")
        return Finding(
            "labels", share > 0.01 ? .problem : .notice, text, numbers,
            remedy: say(
                "look at these rows; wrong labels are best mended in the data",
                "이 행들을 살펴보세요. 틀린 레이블은 데이터에서 고치는 것이 좋습니다"))
    }
}
