import KalsaeGraph

/// The three convolutions visit the same triples; each sums one member's index over the others.
extension Interpreter {
    static func convolution(
        _ input: Value, _ kernel: Value, _ parameters: ConvolutionParameters, _ type: TensorType
    ) -> Value {
        let (x, k) = (input.numbers.doubles, kernel.numbers.doubles)
        var sums = [Double](repeating: 0, count: type.shape.elementCount)
        parameters.forEachTriple(input.shape, kernel.shape, type.shape) { i, j, o in
            sums[o] += x[i] * k[j]
        }
        return Value(type, .floats(sums))
    }

    static func convolutionInputGradient(
        _ gradient: Value, _ kernel: Value, _ parameters: ConvolutionParameters, _ type: TensorType
    ) -> Value {
        let (g, k) = (gradient.numbers.doubles, kernel.numbers.doubles)
        var sums = [Double](repeating: 0, count: type.shape.elementCount)
        parameters.forEachTriple(type.shape, kernel.shape, gradient.shape) { i, j, o in
            sums[i] += g[o] * k[j]
        }
        return Value(type, .floats(sums))
    }

    static func convolutionWeightGradient(
        _ input: Value, _ gradient: Value, _ parameters: ConvolutionParameters, _ type: TensorType
    ) -> Value {
        let (x, g) = (input.numbers.doubles, gradient.numbers.doubles)
        var sums = [Double](repeating: 0, count: type.shape.elementCount)
        parameters.forEachTriple(input.shape, type.shape, gradient.shape) { i, j, o in
            sums[j] += x[i] * g[o]
        }
        return Value(type, .floats(sums))
    }
}

extension ConvolutionParameters {
    /// Calls `visit` with the positions in input, kernel and output of each product.
    fileprivate func forEachTriple(
        _ input: Shape, _ kernel: Shape, _ output: Shape, _ visit: (Int, Int, Int) -> Void
    ) {
        let (inputsPerGroup, outputsPerGroup) = (kernel[2], kernel[3] / groups)
        var o = -1
        for index in output.multiIndices {
            o += 1
            let channel = index[3]
            for tapRow in 0..<kernel[0] {
                for tapColumn in 0..<kernel[1] {
                    let row = index[1] * strides.height + tapRow * dilations.height - padding.top
                    let column =
                        index[2] * strides.width + tapColumn * dilations.width - padding.left
                    guard (0..<input[1]).contains(row), (0..<input[2]).contains(column) else {
                        continue
                    }
                    let pixel = (index[0] * input[1] + row) * input[2] + column
                    let tap = tapRow * kernel[1] + tapColumn
                    for tapChannel in 0..<inputsPerGroup {
                        let inputChannel = channel / outputsPerGroup * inputsPerGroup + tapChannel
                        visit(
                            pixel * input[3] + inputChannel,
                            (tap * inputsPerGroup + tapChannel) * kernel[3] + channel, o)
                    }
                }
            }
        }
    }
}
