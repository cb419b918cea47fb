import CKalsaeKernels
import CKalsaeOneDNN
import KalsaeGraph
import KalsaeSupport

/// The sizes of a convolution, for all engines.
package struct ConvolutionSizes {
    var parameters: ConvolutionParameters
    var input: Shape, kernel: Shape, output: Shape

    /// Makes sizes of shapes that the rules of convolution accept.
    package init(parameters: ConvolutionParameters, input: Shape, kernel: Shape, output: Shape) {
        self.parameters = parameters
        self.input = input
        self.kernel = kernel
        self.output = output
    }

    var flops: Double {
        Primitive.convolution(parameters).flops([input, kernel], result: output)
    }

    /// Whether there is anything to multiply.
    var isEmpty: Bool { flops == 0 || input.elementCount == 0 }

    var own: kls_convolution {
        var shape = kls_convolution()
        (shape.batch, shape.channels) = (Int64(input[0]), Int64(input[3]))
        (shape.height, shape.width) = (Int64(input[1]), Int64(input[2]))
        (shape.out_height, shape.out_width) = (Int64(output[1]), Int64(output[2]))
        shape.out_channels = Int64(output[3])
        (shape.kernel_height, shape.kernel_width) = (Int64(kernel[0]), Int64(kernel[1]))
        let (strides, dilations) = (parameters.strides, parameters.dilations)
        (shape.stride_y, shape.stride_x) = (Int64(strides.height), Int64(strides.width))
        (shape.dilation_y, shape.dilation_x) = (Int64(dilations.height), Int64(dilations.width))
        shape.pad_top = Int64(parameters.padding.top)
        shape.pad_left = Int64(parameters.padding.left)
        shape.groups = Int64(parameters.groups)
        return shape
    }

    var oneDNN: kdnn_convolution {
        let own = own
        var shape = kdnn_convolution()
        (shape.batch, shape.channels) = (own.batch, own.channels)
        (shape.height, shape.width) = (own.height, own.width)
        (shape.out_height, shape.out_width) = (own.out_height, own.out_width)
        shape.out_channels = own.out_channels
        (shape.kernel_height, shape.kernel_width) = (own.kernel_height, own.kernel_width)
        (shape.stride_y, shape.stride_x) = (own.stride_y, own.stride_x)
        (shape.dilation_y, shape.dilation_x) = (own.dilation_y, own.dilation_x)
        (shape.pad_top, shape.pad_left) = (own.pad_top, own.pad_left)
        shape.pad_bottom = Int64(parameters.padding.bottom)
        shape.pad_right = Int64(parameters.padding.right)
        shape.groups = own.groups
        return shape
    }

    /// The same convolution of an input that has its padding already.
    var withPaddedInput: ConvolutionSizes {
        var sizes = self
        let padding = parameters.padding
        sizes.input[1] += padding.top + padding.bottom
        sizes.input[2] += padding.left + padding.right
        sizes.parameters.padding = .zero
        return sizes
    }
}

extension Kernel {
    /// Cross-correlation; operands input and kernel.
    package static func convolution(
        _ parameters: ConvolutionParameters, input: TensorType, kernel: TensorType,
        result: TensorType
    ) throws(KalsaeError) -> Kernel {
        let sizes = ConvolutionSizes(
            parameters: parameters, input: input.shape, kernel: kernel.shape, output: result.shape)
        switch EngineChoice.current.engine(.forward, sizes, input.dtype) {
        case .amxTiles, .packedVectors:
            guard let packed = PackedConvolution(.forward, sizes) else {
                throw noMemory("convolution")
            }
            return packed.kernel("convolution", flops: sizes.flops, buffers: 3)
        case .oneDNN:
            let make: Make = { kdnn_convolution_forward($0, $1) }
            if let primitive = primitive("convolution", sizes, make) {
                return oneDNN("convolution", primitive, flops: sizes.flops)
            }
        case .plainLoops, nil: break
        }
        let run:
            @convention(c) @Sendable (
                UnsafePointer<kls_convolution>?, UnsafeRawPointer?, UnsafeRawPointer?,
                UnsafeMutableRawPointer?
            ) -> Void
        switch input.dtype {
        case .float32: run = kls_convolution_f32
        case .float64: run = kls_convolution_f64
        case .float16, .bfloat16, .int32, .int64, .uint8, .bool:
            throw noKernel("convolution", input.dtype)
        }
        let shape = sizes.own
        return Kernel(
            name: Engine.plainLoops.kernelName("convolution"), flops: sizes.flops, usesThreads: true
        ) { buffers in
            withUnsafePointer(to: shape) { run($0, buffers[0], buffers[1], buffers[2]) }
        }
    }

    /// The gradient of a convolution for its input; operands gradient, kernel.
    package static func convolutionInputGradient(
        _ parameters: ConvolutionParameters, gradient: TensorType, kernel: TensorType, input: Shape
    ) throws(KalsaeError) -> Kernel {
        let name = "convolutionInputGradient"
        let sizes = ConvolutionSizes(
            parameters: parameters, input: input, kernel: kernel.shape, output: gradient.shape)
        switch EngineChoice.current.engine(.inputGradient, sizes, gradient.dtype) {
        case .amxTiles, .packedVectors:
            guard let packed = PackedConvolution(.inputGradient, sizes) else {
                throw noMemory(name)
            }
            return packed.kernel(name, flops: sizes.flops, buffers: 3)
        case .oneDNN:
            let make: Make = { kdnn_convolution_input_gradient($0, $1) }
            if let primitive = primitive(name, sizes, make) {
                return oneDNN(name, primitive, flops: sizes.flops)
            }
        case .plainLoops, nil: break
        }
        switch gradient.dtype {
        case .float32: return ownGradient(name, sizes, kls_convolution_input_gradient_f32)
        case .float64: return ownGradient(name, sizes, kls_convolution_input_gradient_f64)
        case .float16, .bfloat16, .int32, .int64, .uint8, .bool:
            throw noKernel(name, gradient.dtype)
        }
    }

    /// The gradient of a convolution for its kernel; operands input, gradient.
    package static func convolutionWeightGradient(
        _ parameters: ConvolutionParameters, input: TensorType, gradient: TensorType, kernel: Shape
    ) throws(KalsaeError) -> Kernel {
        let name = "convolutionWeightGradient"
        let sizes = ConvolutionSizes(
            parameters: parameters, input: input.shape, kernel: kernel, output: gradient.shape)
        let choice = EngineChoice.current
        switch choice.engine(.weightGradient, sizes, input.dtype) {
        case .amxTiles, .packedVectors:
            guard let packed = PackedWeightGradient(sizes) else { throw noMemory(name) }
            return packed.kernel(name, flops: sizes.flops)
        case .oneDNN:
            let kernel =
                choice.padsInput(sizes)
                ? try paddedWeightGradient(name, sizes) : weightGradient(name, sizes)
            if let kernel { return kernel }
        case .plainLoops, nil: break
        }
        switch input.dtype {
        case .float32: return ownGradient(name, sizes, kls_convolution_weight_gradient_f32)
        case .float64: return ownGradient(name, sizes, kls_convolution_weight_gradient_f64)
        case .float16, .bfloat16, .int32, .int64, .uint8, .bool: throw noKernel(name, input.dtype)
        }
    }

    private typealias Make = (
        UnsafePointer<kdnn_convolution>, UnsafeMutablePointer<OpaquePointer?>
    ) -> Int32

    /// What own kernels support fails for one reason only.
    private static func noMemory(_ name: String) -> KalsaeError {
        KalsaeError(name, expected: "memory for a kernel", got: "none")
    }

    /// oneDNN's primitive, or nil where own loops must do it, since the library has no kernel.
    private static func primitive(
        _ name: String, _ sizes: ConvolutionSizes, _ make: Make
    ) -> OneDNNPrimitive? {
        let shape = sizes.oneDNN
        return OneDNNPrimitive.orOwnLoops(
            name, make: { made in withUnsafePointer(to: shape) { make($0, made) } })
    }

    private static func ownGradient(
        _ name: String, _ sizes: ConvolutionSizes,
        _ run:
            @escaping @convention(c) @Sendable (
                UnsafePointer<kls_convolution>?, UnsafeRawPointer?, UnsafeRawPointer?,
                UnsafeMutableRawPointer?
            ) -> Void
    ) -> Kernel {
        let shape = sizes.own
        return Kernel(
            name: Engine.plainLoops.kernelName(name), flops: sizes.flops, usesThreads: true
        ) { buffers in
            withUnsafePointer(to: shape) { run($0, buffers[0], buffers[1], buffers[2]) }
        }
    }

    /// oneDNN's weight gradient.
    private static func weightGradient(_ name: String, _ sizes: ConvolutionSizes) -> Kernel? {
        primitive(name, sizes) { kdnn_convolution_weight_gradient($0, $1) }
            .map { oneDNN(name, $0, flops: sizes.flops) }
    }

    /// The same by way of a copy of the input with its padding.
    private static func paddedWeightGradient(
        _ name: String, _ sizes: ConvolutionSizes
    ) throws(KalsaeError) -> Kernel? {
        let (padded, padding, dtype) = (
            sizes.withPaddedInput, sizes.parameters.padding, DType.float32
        )
        let pad = PadParameters(
            low: [0, padding.top, padding.left, 0], high: [0, padding.bottom, padding.right, 0])
        let type = TensorType(dtype, sizes.input)
        let make: Make = { kdnn_convolution_weight_gradient($0, $1) }
        guard let primitive = primitive(name, padded, make) else { return nil }
        let copy = try PaddedCopy(pad, from: type, to: TensorType(dtype, padded.input))
        let alignment = 64
        let copyBytes =
            (padded.input.elementCount * dtype.byteSize + alignment - 1) / alignment * alignment
        return Kernel(
            name: Engine.oneDNN.kernelName(name), engine: .oneDNN,
            scratchBytes: copyBytes + primitive.scratchBytes, flops: sizes.flops,
            usesThreads: true, callsLibrary: true
        ) { buffers in
            let scratch = buffers[3]
            var zero: UInt64 = 0
            copy.run(from: buffers[0], value: &zero, to: scratch)
            withUnsafeTemporaryAllocation(of: UnsafeMutableRawPointer.self, capacity: 3) { list in
                guard let first = list.baseAddress else { return }
                list.initializeElement(at: 0, to: scratch)
                list.initializeElement(at: 1, to: buffers[1])
                list.initializeElement(at: 2, to: buffers[2])
                primitive.run(first, scratch: scratch + copyBytes)
            }
        }
    }
}
