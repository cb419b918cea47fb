import KalsaeGraph

/// The three convolutions visit the same triples; each sums one member's place over the others.
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

    static func convolutionKernelGradient(
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
        let inputsPerGroup = kernel[2]
        let outputsPerGroup = kernel[3] / groups
        let kernelPlaces = Shape(kernel.prefix(3)).places
        for (o, place) in output.places.enumerated() {
            let channel = place[3]
            for tap in kernelPlaces {
                let row = place[1] * strides.height + tap[0] * dilations.height - padding.top
                let column = place[2] * strides.width + tap[1] * dilations.width - padding.left
                guard (0..<input[1]).contains(row), (0..<input[2]).contains(column) else {
                    continue
                }
                let inputChannel = channel / outputsPerGroup * inputsPerGroup + tap[2]
                let i = input.position(of: [place[0], row, column, inputChannel])
                visit(i, kernel.position(of: tap + [channel]), o)
            }
        }
    }
}
