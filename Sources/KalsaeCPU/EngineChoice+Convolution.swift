import CKalsaeKernels
import KalsaeGraph

/// What a convolution makes.
package enum ConvolutionTask: Equatable, Sendable {
    /// The output.
    case forward
    /// The largest element of each window of the output, which windows cover without overlap.
    case maxPool(window: Pair)
    case inputGradient
    case weightGradient
    /// The weight gradient from argmax indices of windows and the gradient of their largest elements.
    case argmaxWeightGradient(window: Pair)
}

extension EngineChoice {
    /// Measured speeds of one core (AVX-512; Sapphire Rapids for tiles), by which tiles are compared with
    /// vectors.
    enum ConvolutionRates {
        /// Operations of vectors, and of tiles with six products of limbs, in a nanosecond.
        static let vectorFlops = 128.0, tileFlops = 300.0
        /// Floats packed as limbs in a nanosecond; fewer than in products, since they lie in pieces.
        static let limbedFloats = 2.5
    }

    /// Fewer output channels would leave most of a vector idle.
    private static let fewestChannels = 8
    /// The weights of a longer K leave the second-level cache.
    private static let longestK = 1280
    /// More input channels are better off as a product than by argmax indices, a channel at a time.
    private static let mostArgmaxChannels = 4

    /// The engine of a convolution; nil for what is fused, if the ops are better kept apart.
    package func engine(
        _ task: ConvolutionTask, _ sizes: ConvolutionSizes, _ dtype: DType
    ) -> Engine? {
        if dtype == .float32, !sizes.isEmpty, isPacked(task, sizes) {
            return tilesPay(task, sizes) ? .amxTiles : .packedVectors
        }
        switch task {
        case .maxPool, .argmaxWeightGradient: return nil
        case .forward, .inputGradient, .weightGradient:
            return dtype == .float32 && !sizes.isEmpty ? .oneDNN : .plainLoops
        }
    }

    /// Whether oneDNN makes a weight gradient from a copy of the input with its padding: its fast kernels
    /// allow no more than half a window.
    func padsInput(_ sizes: ConvolutionSizes) -> Bool {
        let (padding, dilations) = (sizes.parameters.padding, sizes.parameters.dilations)
        let limitY = dilations.height * (sizes.kernel[0] - 1) / 2
        let limitX = dilations.width * (sizes.kernel[1] - 1) / 2
        return max(padding.top, padding.bottom) > limitY
            || max(padding.left, padding.right) > limitX
    }

    /// Whether own kernels on vectors support it and are faster than oneDNN, or than ops apart.
    private func isPacked(_ task: ConvolutionTask, _ sizes: ConvolutionSizes) -> Bool {
        guard isa >= .avx2, supports(task, sizes, limbs: false) else { return false }
        let (inputs, outputs) = (sizes.input[3], sizes.output[3])
        let taps = sizes.kernel[0] * sizes.kernel[1]
        switch task {
        case .forward, .maxPool:
            return outputs >= EngineChoice.fewestChannels && taps * inputs <= EngineChoice.longestK
        case .inputGradient:
            return inputs >= EngineChoice.fewestChannels && taps * outputs <= EngineChoice.longestK
        case .weightGradient: return outputs >= EngineChoice.fewestChannels
        case .argmaxWeightGradient: return inputs <= EngineChoice.mostArgmaxChannels
        }
    }

    /// An image on tiles takes its multiplications and the packing of its lines.
    private func tilesPay(_ task: ConvolutionTask, _ sizes: ConvolutionSizes) -> Bool {
        guard isa == .amx, allowsLimbs, supports(task, sizes, limbs: true) else { return false }
        let work = sizes.tileWork(task)
        let tiles = work.tile_flops / ConvolutionRates.tileFlops
        let packing = work.limbed_floats / ConvolutionRates.limbedFloats
        return tiles + packing < work.vector_flops / ConvolutionRates.vectorFlops
    }

    private func supports(_ task: ConvolutionTask, _ sizes: ConvolutionSizes, limbs: Bool) -> Bool {
        sizes.isSupported(task, limbs: limbs, isa: isa)
    }
}
