import CKalsaeKernels

/// Half-precision bit patterns of constants, by the same functions that loops use.
enum HalfPrecision {
    static func float16(_ value: Float) -> UInt16 { converted(value, KLS_F16) }
    static func bfloat16(_ value: Float) -> UInt16 { converted(value, KLS_BF16) }

    private static func converted(_ value: Float, _ type: kls_type) -> UInt16 {
        var (source, result): (Float, UInt16) = (value, 0)
        kls_tile_cast(KLS_F32, type)?(1, &result, &source, nil, nil)
        return result
    }
}
