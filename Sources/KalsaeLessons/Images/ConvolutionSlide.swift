import KalsaeFiles
import KalsaeGraph
import KalsaeTensor

/// The slide with a 6x6 input and a 3x3 kernel, and the 2-D example of 'Deep Learning from
/// Scratch', chapter 7.
///
/// The printed input and the printed results of the slide disagree: with 3 instead of 2 at row 0,
/// column 3 all results but one come out. Both inputs are computed.
struct ConvolutionSlide {
    private let printed: [Double] = [
        3, 1, 1, 2, 2, 2, 1, 2, 1, 4, 1, 1, 1, 1, 2, 2, 1, 3,
        2, 4, 3, 4, 2, 1, 1, 2, 3, 2, 1, 2, 4, 4, 3, 2, 1, 3,
    ]
    static let lectureKernel: [Double] = [2, 0, 0, 1, -1, 0, 0, -2, 3]
    /// The slide's input with 3 at row 0, column 3.
    static let corrected: [Double] = [
        3, 1, 1, 3, 2, 2, 1, 2, 1, 4, 1, 1, 1, 1, 2, 2, 1, 3,
        2, 4, 3, 4, 2, 1, 1, 2, 3, 2, 1, 2, 4, 4, 3, 2, 1, 3,
    ]
    private let kernel = Tensor.doubles(Self.lectureKernel, [3, 3])
    var stride = 1
    var padding = 1
    let context: LessonContext

    func report() throws -> LectureReport {
        var report = LectureReport("convolution")
        try printedInput(into: &report)
        try correctedInput(into: &report)
        try turnedKernel(into: &report)
        try book(into: &report)
        try gradients(into: &report)
        try show(into: &report)
        return report
    }

    /// Cross-correlation of one image and one kernel, as a layer does it.
    func convolved(
        _ image: Tensor, _ kernel: Tensor, padding: Int = 0, stride: Int = 1
    ) -> Tensor {
        let size = kernel.shape[0]
        let input = image.reshaped(to: [1, image.shape[0], image.shape[1], 1])
        let result = input.convolved(
            with: kernel.reshaped(to: [size, size, 1, 1]), strides: Pair(stride, stride),
            padding: Padding2D(all: padding))
        guard result.fault == nil else { return result }
        return result.reshaped(to: [result.shape[1], result.shape[2]])
    }

    private func pooled(_ image: Tensor, largest: Bool) -> Tensor {
        let input = image.reshaped(to: [1, 6, 6, 1])
        let window = Pair(2, 2)
        return largest ? input.maxPooled(window: window) : input.averagePooled(window: window)
    }

    /// What follows from the input as it is printed.
    private func printedInput(into report: inout LectureReport) throws {
        let input = Tensor.doubles(printed, [6, 6])
        let valid: [Double] = [9, 5, -2, 14, 3, 9, 0, 8, 5, 3, 2, 10, 4, 7, 6, 16]
        let same: [Double] = [
            1, 1, 10, -6, 1, -2, 0, 9, 5, -2, 14, -2, 7, 3, 9, 0, 8, -2,
            2, 5, 3, 2, 10, -1, 3, 4, 7, 6, 16, -3, -4, 2, 5, 7, 5, 0,
        ]
        let largest: [Double] = [3, 4, 2, 4, 4, 3, 4, 3, 3]
        let average = [1.75, 2, 1.5, 2, 2.75, 1.75, 2.75, 2.5, 1.75]
        let sameGot = try convolved(input, kernel, padding: 1).doubles
        report.check("printed: valid", try convolved(input, kernel).doubles, valid, within: 1e-12)
        report.check("printed: same", sameGot, same, within: 1e-12)
        report.check(
            "printed: max-pool", try pooled(input, largest: true).doubles, largest, within: 0)
        report.check(
            "printed: average", try pooled(input, largest: false).doubles, average, within: 1e-12)
        report.table("printed_same", sameGot)
    }

    /// What follows with 3 at row 0, column 3: every printed result but one.
    private func correctedInput(into report: inout LectureReport) throws {
        let input = Tensor.doubles(Self.corrected, [6, 6])
        let valid: [Double] = [9, 5, -2, 16, 3, 9, 0, 8, 5, 3, 2, 10, 4, 7, 6, 16]
        let same: [Double] = [
            1, 1, 10, -7, 2, -2, 0, 9, 5, -2, 16, -2, 7, 3, 9, 0, 8, -2,
            2, 5, 3, 2, 10, -1, 3, 4, 7, 6, 16, -3, -4, 2, 5, 7, 5, 0,
        ]
        let largest: [Double] = [3, 4, 2, 4, 4, 3, 4, 3, 3]
        let average = [1.75, 2.25, 1.5, 2, 2.75, 1.75, 2.75, 2.5, 1.75]
        let sameGot = try convolved(input, kernel, padding: 1).doubles
        report.check("corrected: valid", try convolved(input, kernel).doubles, valid, within: 1e-12)
        report.check("corrected: same", sameGot, same, within: 1e-12)
        report.check(
            "corrected: max-pool", try pooled(input, largest: true).doubles, largest, within: 0)
        report.check(
            "corrected: average", try pooled(input, largest: false).doubles, average, within: 1e-12)
        report.table("corrected_same", sameGot)
        report.note(
            "five printed results disagree with the printed input: same(0,3) -7, same(0,4) 2, "
                + "same(1,4) = valid(0,3) 16, average(0,1) 2.25, same(5,5) 3; the first four come "
                + "out when input(0,3) is 3 instead of 2, a misprint")
        report.note("same(5,5) is 2*1 + 1*1 - 1*3 = 0; the printed 3 is a misprint in any case")
    }

    /// The negative test: true convolution turns the kernel by 180 degrees.
    private func turnedKernel(into report: inout LectureReport) throws {
        let flipped = Tensor.doubles(try kernel.doubles.reversed(), [3, 3])
        let valid: [Double] = [10, 8, -2, 8, 6, 12, -2, 14, 6, 4, 2, 7, 5, 9, 2, 15]
        let got = try convolved(.doubles(printed, [6, 6]), flipped).doubles
        report.check("kernel flipped: valid", got, valid, within: 1e-12)
    }

    /// The book's 4x4 input, a bias, padding, and the pattern continued to 7x7 with stride 2.
    private func book(into report: inout LectureReport) throws {
        let input = Tensor.doubles([1, 2, 3, 0, 0, 1, 2, 3, 3, 0, 1, 2, 2, 3, 0, 1], [4, 4])
        let kernel = Tensor.doubles([2, 0, 1, 0, 1, 2, 1, 0, 2], [3, 3])
        let valid = convolved(input, kernel)
        report.check("book", try valid.doubles, [15, 16, 6, 15], within: 1e-12)
        report.check("book with bias 3", try (valid + 3).doubles, [18, 19, 9, 18], within: 1e-12)
        report.check(
            "book, pad 1", try convolved(input, kernel, padding: 1).doubles,
            [7, 12, 10, 2, 4, 15, 16, 10, 10, 6, 15, 6, 8, 10, 4, 3], within: 1e-12)
        // Each row is the one above moved right by one: 1 2 3 0 round and round.
        let turn: [Double] = [1, 2, 3, 0]
        let pattern = (0..<49).map { (index: Int) -> Double in
            let (row, column) = index.quotientAndRemainder(dividingBy: 7)
            return turn[(column - row + 8) % 4]
        }
        let wide = Tensor.doubles(pattern, [7, 7])
        report.check(
            "book, 7x7 with stride 2", try convolved(wide, kernel, stride: 2).doubles,
            [15, 17, 15, 17, 15, 17, 15, 17, 15], within: 1e-12)
        let sizes: [(Int, Int, Int, Int, Int, [Double])] = [
            (4, 4, 1, 1, 3, [4, 4]), (7, 7, 0, 2, 3, [3, 3]), (28, 31, 2, 3, 5, [10, 11]),
        ]
        for (height, width, padding, stride, window, expected) in sizes {
            let shape = convolved(
                .zeros([height, width]), .zeros([window, window]), padding: padding, stride: stride
            ).shape
            report.check(
                "output size of \(height)x\(width), pad \(padding), stride \(stride)",
                shape.map { Double($0) }, expected, within: 0)
        }
    }
}
