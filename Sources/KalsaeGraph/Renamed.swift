// Names of earlier versions: the compiler offers the new one. They go with the next release.

/// Now `ScanParameters`.
@available(*, unavailable, renamed: "ScanParameters")
public typealias CumulativeSumParameters = ScanParameters

extension Primitive {
    /// Now `scan(_:_:)`, of `Scan.sum`.
    @available(*, unavailable, renamed: "scan(_:_:)")
    public static func cumulativeSum(_ parameters: ScanParameters) -> Primitive {
        .scan(.sum, parameters)
    }

    /// Now `convolutionWeightGradient(_:_:)`.
    @available(*, unavailable, renamed: "convolutionWeightGradient(_:_:)")
    public static func convolutionKernelGradient(
        _ parameters: ConvolutionParameters, _ kernel: Shape
    ) -> Primitive {
        .convolutionWeightGradient(parameters, kernel)
    }
}
