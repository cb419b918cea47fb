import CKalsaeKernels
import KalsaeGraph
import KalsaeSupport

extension PoolParameters {
    /// The C kernel's description of pooling an input to an output.
    func shape(input: Shape, output: Shape) -> kls_pool {
        var shape = kls_pool()
        shape.kind =
            switch kind {
            case .max: KLS_POOL_MAX
            case .average: KLS_POOL_AVERAGE
            case .averageWithPadding: KLS_POOL_AVERAGE_PADDED
            }
        shape.batch = Int64(input[0])
        (shape.height, shape.width, shape.channels) =
            (Int64(input[1]), Int64(input[2]), Int64(input[3]))
        (shape.out_height, shape.out_width) = (Int64(output[1]), Int64(output[2]))
        shape.window_height = Int64(window.height)
        shape.window_width = Int64(window.width)
        (shape.stride_y, shape.stride_x) = (Int64(strides.height), Int64(strides.width))
        (shape.pad_top, shape.pad_left) = (Int64(padding.top), Int64(padding.left))
        return shape
    }

    /// One operation for each element of each window.
    func flops(output: Shape) -> Double {
        Double(output.elementCount) * Double(window.height * window.width)
    }
}

// Own loops, not oneDNN's: on one thread they take a quarter to a half of its time, and need no
// workspace that would tie the two passes together.
extension Kernel {
    /// The largest or mean element of each window; operand input.
    package static func pool(
        _ parameters: PoolParameters, input: TensorType, result: TensorType
    ) throws(KalsaeError) -> Kernel {
        let name = "\(parameters.kind.rawValue)Pool"
        let run:
            @convention(c) @Sendable (
                UnsafePointer<kls_pool>?, UnsafeRawPointer?, UnsafeMutableRawPointer?
            ) -> Void
        switch input.dtype {
        case .float32: run = kls_pool_f32
        case .float64: run = kls_pool_f64
        case .float16, .bfloat16, .int32, .int64, .uint8, .bool: throw noKernel(name, input.dtype)
        }
        let shape = parameters.shape(input: input.shape, output: result.shape)
        let flops = parameters.flops(output: result.shape)
        return Kernel(name: name, flops: flops, usesThreads: true) { buffers in
            withUnsafePointer(to: shape) { run($0, buffers[0], buffers[1]) }
        }
    }

    /// The gradient of a pooling for its input; operands input, gradient.
    package static func poolGradient(
        _ parameters: PoolParameters, input: TensorType, gradient: TensorType
    ) throws(KalsaeError) -> Kernel {
        let name = "\(parameters.kind.rawValue)PoolGradient"
        let run:
            @convention(c) @Sendable (
                UnsafePointer<kls_pool>?, UnsafeRawPointer?, UnsafeRawPointer?,
                UnsafeMutableRawPointer?
            ) -> Void
        switch input.dtype {
        case .float32: run = kls_pool_gradient_f32
        case .float64: run = kls_pool_gradient_f64
        case .float16, .bfloat16, .int32, .int64, .uint8, .bool: throw noKernel(name, input.dtype)
        }
        let shape = parameters.shape(input: input.shape, output: gradient.shape)
        let flops = parameters.flops(output: gradient.shape)
        return Kernel(name: name, flops: flops, usesThreads: true) { buffers in
            withUnsafePointer(to: shape) { run($0, buffers[0], buffers[1], buffers[2]) }
        }
    }
}
