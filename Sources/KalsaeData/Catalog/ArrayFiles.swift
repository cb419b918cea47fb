import KalsaeFiles
import KalsaeSupport

/// Images or rows of numbers in NumPy's archives: an array of inputs and one of targets, or two of
/// each for training and test, as Keras hands out MNIST.
enum ArrayFiles {
    private static let inputs = ["x", "images", "image", "data", "features", "inputs", "X"]
    private static let targets = ["y", "labels", "label", "target", "targets", "classes", "Y"]

    /// What is predicted, and by which loss where that is a number.
    private struct Predicted {
        var task: TargetEncoder.Task
        var loss: TargetLoss
        /// The scale of a model; nil for that of the rows.
        var scale: TargetScale?
    }

    /// The parts of an archive: `x_train`, `y_train`, `x_test`, `y_test`, or `x` and `y`, or names
    /// that mean the same.
    ///
    /// - Parameter options: the name of the targets, where it is another one; whether they are classes or
    ///   numbers, where their type does not tell; arrays of weights, groups and times.
    static func read(
        _ path: String, _ options: FileSet.Options
    ) throws(KalsaeError) -> (train: LabeledData, test: LabeledData?) {
        let target = options.target
        guard options.loss == nil || options.task != .classification else {
            throw TargetGuess.lossOfClasses
        }
        let task = Predicted(
            task: options.loss == nil ? options.task : .regression,
            loss: options.loss ?? .meanSquaredError, scale: options.scale)
        let archive = try NPZ(path: path)
        let names = archive.names
        func pair(_ suffix: String) -> (String, String)? {
            func first(_ stems: [String]) -> String? {
                stems.lazy.flatMap {
                    suffix.isEmpty ? [$0] : ["\($0)_\(suffix)", "\(suffix)_\($0)"]
                }.first { names.contains($0) }
            }
            guard let x = first(inputs), let y = first(target.map { [$0] } ?? targets) else {
                return nil
            }
            return (x, y)
        }
        guard let train = pair("train") ?? pair("") ?? lone(names, target) else {
            throw KalsaeError(
                path, expected: "arrays x and y, or x_train, y_train, x_test and y_test",
                got: names.isEmpty ? "none" : names.joined(separator: ", "),
                advice: "name the targets with --target")
        }
        let suffix = pair("train") == nil ? "" : "train"
        let first = try marked(
            try data(archive, train, path, like: nil, task), archive, suffix, path, options)
        guard let test = pair("test") ?? pair("val") else { return (first, nil) }
        var own = options
        (own.group, own.time) = (nil, nil)
        let suffixOfTest = pair("test") == nil ? "val" : "test"
        return (
            first,
            try marked(
                try data(archive, test, path, like: first, task), archive, suffixOfTest, path, own)
        )
    }

    /// Rows with their weights, groups and times, from the arrays that the options name.
    private static func marked(
        _ data: LabeledData, _ archive: NPZ, _ suffix: String, _ path: String,
        _ options: FileSet.Options
    ) throws(KalsaeError) -> LabeledData {
        func numbers(_ name: String?, _ what: String) throws(KalsaeError) -> [Double]? {
            guard let name else { return nil }
            let names = suffix.isEmpty ? [name] : ["\(name)_\(suffix)", "\(suffix)_\(name)"]
            guard let found = names.first(where: archive.names.contains) else {
                throw KalsaeError(
                    path, expected: "an array \(names[0]) with \(what)",
                    got: archive.names.joined(separator: ", "))
            }
            let array = try archive.array(named: found)
            guard array.shape == [data.count] || array.shape == [data.count, 1] else {
                throw KalsaeError(
                    "\(path), \(found)", expected: "\(what), one for each of \(data.count) rows",
                    got: "sizes \(array.shape)")
            }
            let values = array.doubles
            guard values.allSatisfy({ $0.isFinite }) else {
                throw KalsaeError("\(path), \(found)", expected: "finite numbers", got: "others")
            }
            return values
        }
        let weights = try numbers(options.weight, "a weight")
        guard weights?.allSatisfy({ $0 >= 0 && Float($0).isFinite }) ?? true,
            weights?.contains(where: { $0 > 0 }) ?? true
        else {
            throw KalsaeError(
                "\(path), \(options.weight ?? "")",
                expected: "weights of at least 0, and one above", got: "others")
        }
        var known: [Double: Int32] = [:]
        let groups = try numbers(options.group, "a group").map { all in
            all.map { value in
                let number = known[value] ?? Int32(clamping: known.count)
                known[value] = number
                return number
            }
        }
        return data.marked(
            weights: weights.map { all in all.map { Float($0) } }, groups: groups,
            times: try numbers(options.time, "a time"))
    }

    /// The other of two arrays of which one has the targets.
    private static func lone(_ names: [String], _ target: String?) -> (String, String)? {
        guard names.count == 2, let target = target ?? names.first(where: targets.contains),
            names.contains(target), let other = names.first(where: { $0 != target })
        else { return nil }
        return (other, target)
    }

    /// The inputs of an archive of one array; nil for more.
    static func lone(
        _ path: String
    ) throws(KalsaeError) -> (LabeledData.Features, shape: [Int])? {
        let archive = try NPZ(path: path)
        guard archive.names.count == 1 else { return nil }
        return try inputs(of: archive.array(named: archive.names[0]), subject: path)
    }

    /// Rows with their targets: bytes are pixels, three sizes are gray images; whole targets are
    /// classes, others values.
    private static func data(
        _ archive: NPZ, _ names: (x: String, y: String), _ path: String, like other: LabeledData?,
        _ task: Predicted
    ) throws(KalsaeError) -> LabeledData {
        let (x, y) = (try archive.array(named: names.x), try archive.array(named: names.y))
        let (features, shape) = try inputs(of: x, subject: "\(path), \(names.x)")
        let count = x.shape.first ?? 0
        guard y.shape == [count] || y.shape == [count, 1], count > 0 else {
            throw KalsaeError(
                "\(path), \(names.y)", expected: "a target for each of \(count.counting("row"))",
                got: "sizes \(y.shape)")
        }
        let data = try LabeledData(
            features: features, featureShape: shape,
            targets: targets(of: y, like: other, task, subject: "\(path), \(names.y)"))
        guard other == nil || other?.featureShape == shape else {
            throw KalsaeError(
                "\(path), \(names.x)", expected: "rows of \(other?.featureShape ?? [])",
                got: "\(shape)")
        }
        return data
    }

    /// The inputs in an array of rows.
    static func inputs(
        of array: NPY, subject: String
    ) throws(KalsaeError) -> (LabeledData.Features, shape: [Int]) {
        var shape = Array(array.shape.dropFirst())
        guard (1...3).contains(shape.count), shape.allSatisfy({ $0 > 0 }) else {
            throw KalsaeError(
                subject,
                expected: "rows of numbers, [count, height, width] or "
                    + "[count, height, width, channels]", got: "sizes \(array.shape)")
        }
        if shape.count == 2 { shape.append(1) }
        if array.type == .uint8, shape.count == 3 { return (.bytes(array.bytes), shape) }
        let values = array.floats
        guard values.allSatisfy(\.isFinite) else {
            throw KalsaeError(
                subject, expected: "finite numbers",
                got: "NaN, infinity or beyond single precision",
                advice: "drop or fill those rows first")
        }
        return (.floats(values), shape)
    }

    private static func targets(
        of array: NPY, like other: LabeledData?, _ task: Predicted, subject: String
    ) throws(KalsaeError) -> LabeledData.Targets {
        let whole = try integers(of: array, task.task, subject)
        guard let numbers = whole else {
            let values = array.doubles
            if let row = values.firstIndex(where: { !$0.isFinite }) {
                throw KalsaeError(
                    subject, expected: "a finite number for each row",
                    got: "\(values[row]) in row \(row), counted from 0",
                    advice: "leave such rows out before the arrays are written")
            }
            let loss = task.scale?.loss ?? task.loss
            if let row = values.firstIndex(where: { !loss.takes($0) }) {
                throw KalsaeError(
                    subject, expected: loss.taken,
                    got: "\(values[row]) in row \(row), counted from 0")
            }
            var scale = task.scale ?? TargetScale(of: values, loss: task.loss)
            if case .values(_, let own)? = other?.targets { scale = own }
            guard let scale else {
                throw KalsaeError(
                    subject, expected: "targets that differ",
                    got: "\(values.count) times \(values.first ?? 0)")
            }
            return .values(values.map { Float(scale.apply($0)) }, scale: scale)
        }
        var names = Set(numbers).sorted()
        if case .classes(_, let known)? = other?.targets { names = known.compactMap { Int($0) } }
        guard names.count <= mostClasses else {
            throw KalsaeError(
                subject, expected: "at most \(mostClasses.counting("class", "classes"))",
                got: "\(names.count) whole numbers",
                advice: "with --task regression numbers are predicted")
        }
        var index: [Int: Int32] = [:]
        for (position, name) in names.enumerated() { index[name] = Int32(position) }
        if let stray = numbers.first(where: { index[$0] == nil }) {
            throw KalsaeError(subject, expected: "classes of the training rows", got: "\(stray)")
        }
        return .classes(numbers.map { index[$0] ?? 0 }, names: names.map(\.description))
    }

    /// The targets as classes; nil where numbers are predicted.
    private static func integers(
        of array: NPY, _ task: TargetEncoder.Task, _ subject: String
    ) throws(KalsaeError) -> [Int]? {
        guard task != .regression else { return nil }
        if let numbers = array.integers { return numbers }
        guard task == .classification else { return nil }
        let values = array.doubles
        if let row = values.firstIndex(where: { Int(exactly: $0) == nil }) {
            throw KalsaeError(
                subject, expected: "whole numbers, as classes have",
                got: "\(values[row]) in row \(row), counted from 0",
                advice: "without --task classification numbers are predicted")
        }
        return values.map { Int($0) }
    }

    private static let mostClasses = 10_000
}
