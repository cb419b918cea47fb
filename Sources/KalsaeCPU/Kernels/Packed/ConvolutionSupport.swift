import CKalsaeKernels
import KalsaeGraph

/// What the packed kernels support, asked by the specification that they are made of.
extension ConvolutionSizes {
    /// The specification of an output or an input gradient; operands and result are buffers 0, 1 and 2.
    func specification(_ task: ConvolutionTask, limbs: Bool) -> kls_conv_gemm_spec {
        var spec = kls_conv_gemm_spec()
        spec.shape = own
        spec.is_input_gradient = task == .inputGradient
        spec.uses_bf16_limbs = limbs
        (spec.input, spec.weights, spec.output, spec.argmax) = (0, 1, 2, -1)
        if case .maxPool(let window) = task {
            (spec.window_height, spec.window_width) = (Int64(window.height), Int64(window.width))
        }
        return spec
    }

    /// Whether kernels of an ISA level can do it, fast or not.
    func isSupported(_ task: ConvolutionTask, limbs: Bool, isa: InstructionSet) -> Bool {
        var shape = own
        switch task {
        case .forward, .maxPool, .inputGradient:
            var spec = specification(task, limbs: limbs)
            return kls_conv_gemm_supports(&spec, isa.kernelLevel)
        case .weightGradient:
            return kls_conv_weight_gradient_supports(&shape, limbs, isa.kernelLevel)
        case .argmaxWeightGradient(let window):
            return !limbs
                && kls_conv_pool_weight_gradient_supports(
                    &shape, Int64(window.height), Int64(window.width), isa.kernelLevel)
        }
    }

    /// What an image takes on tiles, where they are supported, and on vectors.
    func tileWork(_ task: ConvolutionTask) -> kls_tile_work {
        if task == .weightGradient {
            var shape = own
            return kls_conv_weight_gradient_tile_work(&shape)
        }
        var spec = specification(task, limbs: true)
        return kls_conv_gemm_tile_work(&spec)
    }
}
