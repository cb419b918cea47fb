import KalsaeLayers
import KalsaeOptimizers
import KalsaePlots
import KalsaeTensor
import KalsaeTraining

/// Three Korean sentences with one word in many senses, learned by the words in front of each.
///
/// Source: wikidocs, 'Introduction to NLP with deep learning', text generation with an RNN.
struct RecurrentSentences {
    var epochs = 200
    let context: LessonContext

    private let sentences = [
        "경마장에 있는 말이 뛰고 있다", "그의 말이 법이다", "가는 말이 고와야 오는 말이 곱다",
    ]

    /// Words by how often they occur, then by where; numbers from 1.
    private var vocabulary: [String] {
        var (words, counts): ([String], [String: Int]) = ([], [:])
        for word in sentences.flatMap({ $0.split(separator: " ").map(String.init) }) {
            if counts[word] == nil { words.append(word) }
            counts[word, default: 0] += 1
        }
        let order = words.enumerated().sorted {
            let (left, right) = (counts[$0.element] ?? 0, counts[$1.element] ?? 0)
            return left == right ? $0.offset < $1.offset : left > right
        }
        return order.map(\.element)
    }

    func show(into report: inout LectureReport) throws {
        let words = vocabulary
        func numbers(_ sentence: String) -> [Int32] {
            sentence.split(separator: " ").map { word in
                Int32((words.firstIndex(of: String(word)) ?? -1) + 1)
            }
        }
        var (inputs, targets): ([Int32], [Int32]) = ([], [])
        for sentence in sentences.map(numbers) {
            for end in 1..<sentence.count {
                inputs += Self.padded(Array(sentence[..<end]))
                targets.append(sentence[end])
            }
        }
        report.check("sentences: words and 0", Double(words.count + 1), 12, within: 0)
        report.check("sentences: samples", Double(targets.count), 11, within: 0)
        let model = try withSeed(1) {
            try Sequential(
                [
                    .embedding(vocabulary: 12, size: 10), .simpleRNN(units: 32), .dense(units: 12),
                ], input: [5])
        }
        report.check("sentences: parameters", Double(model.parameterCount), 1892, within: 0)
        let step = try BatchStep(
            model, loss: .softmaxCrossEntropy, optimizer: Adam(learningRate: 0.001), seed: 1)
        let (x, y) = (Tensor(inputs, shape: [targets.count, 5]), Tensor(targets))
        let losses = try (0..<max(epochs, 1)).map { _ in try step.run(x, y) }
        report.check("sentences: first loss", losses[0], 2.4773, within: 0.08)
        report.check("sentences: last loss", losses.last ?? .nan, in: 0.05...0.4)
        let trained = step.model
        let right = try zip(trained(x).argMax(axis: 1).values(Int.self), targets).count {
            $0 == Int($1)
        }
        report.check("sentences: accuracy", Double(right) / Double(targets.count), 1, within: 0)
        var written: [String] = []
        for sentence in sentences {
            let wanted = numbers(sentence)
            var text = [wanted[0]]
            while text.count < wanted.count {
                let next = trained(Tensor(Self.padded(text), shape: [1, 5])).argMax(axis: 1)
                text.append(Int32(try next.values(Int.self)[0]))
            }
            written.append(
                text.map { words.indices.contains(Int($0) - 1) ? words[Int($0) - 1] : "·" }
                    .joined(separator: " "))
        }
        let same = zip(written, sentences).count { $0 == $1 }
        report.check("sentences: written again", Double(same), 3, within: 0)
        report.passage(
            context.say("written by the network", "신경망이 쓴 문장"), written.joined(separator: "\n"))
        report.figure(
            "sentences",
            Figure(
                title: context.say("Three sentences, 1,892 parameters", "세 문장과 매개변수 1,892개"),
                x: Axis(context.say("epoch", "에포크")), y: Axis(context.say("loss", "손실"), low: 0),
                marks: [.line(Series(y: losses))]))
    }

    /// Zeros in front, five numbers in all.
    private static func padded(_ numbers: [Int32]) -> [Int32] {
        [Int32](repeating: 0, count: max(5 - numbers.count, 0)) + numbers.suffix(5)
    }
}
