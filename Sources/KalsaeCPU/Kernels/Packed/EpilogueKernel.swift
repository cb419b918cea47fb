import CKalsaeKernels
import KalsaeGraph
import KalsaeLowering
import KalsaeSupport

extension Kernel {
    /// A product or convolution with a loop that takes the place of writing its result; throws where
    /// the packed kernels cannot do it.
    static func withEpilogue(
        _ op: LoweredOp, _ loop: LoopPlan, _ storages: [Storage]
    ) throws(KalsaeError) -> Kernel {
        let kernel = try loop.withSpecification(storages, behind: op.result) {
            op.packedKernel(loop, $0, buffers: 2 + loop.buffers(storages, behind: op.result).count)
        }
        guard let kernel else {
            throw KalsaeError(
                op.kernelPrimitive?.name ?? "loop", expected: "an op that takes an epilogue",
                got: "\(op.type)")
        }
        return kernel
    }
}

extension LoweredOp {
    /// The instruction with a loop behind it, or nil where the packed kernels cannot do it.
    fileprivate func packedKernel(
        _ loop: LoopPlan, _ epilogue: kls_loop_spec, buffers: Int
    ) -> Kernel? {
        let epilogueName = "+loop(\(loop.names.joined(separator: ", ")))"
        let total = flops + loop.flops
        switch kernelPrimitive {
        case .matrixProduct(let parameters):
            let sizes = ProductSizes(parameters, left: operandTypes[0], right: operandTypes[1])
            return PackedProduct(sizes, epilogue: epilogue)?.kernel(
                "matmul", epilogue: epilogueName, flops: total, buffers: buffers)
        case .convolution(let parameters):
            let sizes = ConvolutionSizes(
                parameters: parameters, input: operandTypes[0].shape,
                kernel: operandTypes[1].shape, output: type.shape)
            return PackedConvolution(sizes, ofInput: false, epilogue: epilogue)?.kernel(
                "convolution", epilogue: epilogueName, flops: total, buffers: buffers)
        case .convolutionInputGradient(let parameters, let input):
            let sizes = ConvolutionSizes(
                parameters: parameters, input: input, kernel: operandTypes[1].shape,
                output: operandTypes[0].shape)
            return PackedConvolution(sizes, ofInput: true, epilogue: epilogue)?.kernel(
                "convolutionInputGradient", epilogue: epilogueName, flops: total,
                buffers: buffers)
        case _: return nil
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
