import CKalsaeKernels
import KalsaeGraph
import KalsaeLowering
import KalsaeSupport

extension Kernel {
    /// Whether ``withEpilogue(_:_:_:)`` makes a kernel.
    static func supportsEpilogue(_ op: LoweredOp, _ loop: LoopPlan, _ storages: [Storage]) -> Bool {
        guard let packed = PackedOp(op) else { return false }
        // A step without a C function makes no specification.
        let answer = try? loop.withSpecification(storages, behind: op.result) {
            packed.isSupported($0)
        }
        return answer ?? false
    }

    /// A product or convolution with a loop that takes the place of writing its result; throws where
    /// the packed kernels cannot do it.
    static func withEpilogue(
        _ op: LoweredOp, _ loop: LoopPlan, _ storages: [Storage]
    ) throws(KalsaeError) -> Kernel {
        let kernel = try loop.withSpecification(storages, behind: op.result) {
            PackedOp(op)?.kernel(
                op, loop, $0, buffers: 2 + loop.buffers(storages, behind: op.result).count)
        }
        guard let kernel else {
            throw KalsaeError(
                op.kernelPrimitive?.name ?? "loop", expected: "an op that takes an epilogue",
                got: "\(op.type)")
        }
        return kernel
    }
}

/// What the packed kernels run, with its sizes.
private enum PackedOp {
    case product(ProductSizes)
    case convolution(ConvolutionTask, ConvolutionSizes)

    /// Nil for what has no packed kernel.
    init?(_ op: LoweredOp) {
        let types = op.operandTypes
        switch op.kernelPrimitive {
        case .matrixProduct(let parameters):
            self = .product(ProductSizes(parameters, left: types[0], right: types[1]))
        case .convolution(let parameters):
            self = .convolution(
                .forward,
                ConvolutionSizes(
                    parameters: parameters, input: types[0].shape, kernel: types[1].shape,
                    output: op.type.shape))
        case .convolutionInputGradient(let parameters, let input):
            self = .convolution(
                .inputGradient,
                ConvolutionSizes(
                    parameters: parameters, input: input, kernel: types[1].shape,
                    output: types[0].shape))
        case _: return nil
        }
    }

    /// Whether ``kernel(_:_:_:buffers:)`` makes one.
    func isSupported(_ epilogue: kls_loop_spec) -> Bool {
        switch self {
        case .product(let sizes): PackedProduct.isSupported(sizes, epilogue: epilogue)
        case .convolution(let task, let sizes):
            PackedConvolution.isSupported(task, sizes, epilogue: epilogue)
        }
    }

    /// The instruction with a loop behind it, or nil where the packed kernels cannot do it.
    func kernel(
        _ op: LoweredOp, _ loop: LoopPlan, _ epilogue: kls_loop_spec, buffers: Int
    ) -> Kernel? {
        let name = "+loop(\(loop.names.joined(separator: ", ")))"
        let total = op.flops + loop.flops
        switch self {
        case .product(let sizes):
            return PackedProduct(sizes, epilogue: epilogue)?.kernel(
                "matmul", epilogue: name, flops: total, buffers: buffers)
        case .convolution(let task, let sizes):
            return PackedConvolution(task, sizes, epilogue: epilogue)?.kernel(
                task == .forward ? "convolution" : "convolutionInputGradient", epilogue: name,
                flops: total, buffers: buffers)
        }
    }
}

extension LoopPlan {
    /// Calls `body` with the loop as the C code takes it, its buffers counted from 2.
    fileprivate func withSpecification<Result>(
        _ storages: [Storage], behind product: Int, _ body: (kls_loop_spec) -> Result?
    ) throws(KalsaeError) -> Result? {
        let registers = RegisterAllocation(self, direct: outputs.map { _ in false })
        let buffers = buffers(storages, behind: product)
        let firstOutput = buffers.count - outputs.count
        var cLoads: [kls_load] = []
        for (load, value) in loads {
            var made = cLoad(
                load, registers.of[value], valueTypes[value], Array(buffers[..<firstOutput]),
                storages)
            if load.storage == product {
                made.buffer = Int32(KLS_GEMM_RESULT)
            } else if made.buffer >= 0 {
                made.buffer += 2
            }
            cLoads.append(made)
        }
        let cSteps = try cSteps(registers)
        let cOutputs = outputs.enumerated().map { number, output in
            kls_output(
                reg: Int32(registers.of[output.value]), buffer: Int32(firstOutput + number + 2),
                type: valueTypes[output.value].kernelType, op: output.kernelOperation, direct: 0)
        }
        return withSpecification(cLoads, cSteps, cOutputs, registers) { body($0.pointee) }
    }
}
