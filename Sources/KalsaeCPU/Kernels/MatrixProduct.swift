import CKalsaeKernels
import CKalsaeOneDNN
import KalsaeGraph
import KalsaeSupport

/// The sizes of a stack of matrix products.
package struct ProductSizes {
    var batch: Int, m: Int, n: Int, k: Int
    var transposeLeft: Bool, transposeRight: Bool
    /// Whether the left operand's floats lie in memory as bytes.
    var leftIsBytes: Bool
    /// Whether both operands are `bfloat16`.
    var isOfBFloat16: Bool
    var flops: Double

    /// The sizes of a product of operands that its rules accept.
    package init(_ parameters: MatrixProductParameters, left: TensorType, right: TensorType) {
        let (a, b) = (left.shape, right.shape)
        let rank = a.rank
        batch = a.prefix(rank - 2).reduce(1, &*)
        let (first, second) = (a[rank - 2], a[rank - 1])
        (m, k) = parameters.transposeLeft ? (second, first) : (first, second)
        n = parameters.transposeRight ? b[rank - 2] : b[rank - 1]
        transposeLeft = parameters.transposeLeft
        transposeRight = parameters.transposeRight
        leftIsBytes = left.dtype == .uint8 && right.dtype == .float32
        isOfBFloat16 = left.dtype == .bfloat16 && right.dtype == .bfloat16
        let result = Shape(a.prefix(rank - 2) + [m, n])
        flops = Primitive.matrixProduct(parameters).flops([a, b], result: result)
    }

    /// The steps between rows and columns of an operand stored `rows` x `columns` or transposed.
    private static func steps(_ rows: Int, _ columns: Int, _ transposed: Bool) -> (Int64, Int64) {
        transposed ? (1, Int64(rows)) : (Int64(columns), 1)
    }

    /// The product for the own loops.
    var own: kls_matmul {
        var product = kls_matmul()
        product.batch = Int64(batch)
        product.a_batch = Int64(m * k)
        product.b_batch = Int64(k * n)
        (product.m, product.n, product.k) = (Int64(m), Int64(n), Int64(k))
        (product.a_row, product.a_column) = Self.steps(m, k, transposeLeft)
        (product.b_row, product.b_column) = Self.steps(k, n, transposeRight)
        return product
    }

    /// The product for oneDNN: a plain one where there is one matrix, else a stack.
    var oneDNN: kdnn_matmul {
        var product = kdnn_matmul()
        let (leftRow, leftColumn) = Self.steps(m, k, transposeLeft)
        let (rightRow, rightColumn) = Self.steps(k, n, transposeRight)
        let (m, n, k) = (Int64(m), Int64(n), Int64(k))
        if batch == 1 {
            product.rank = 2
            (product.lhs_dims.0, product.lhs_dims.1) = (m, k)
            (product.lhs_strides.0, product.lhs_strides.1) = (leftRow, leftColumn)
            (product.rhs_dims.0, product.rhs_dims.1) = (k, n)
            (product.rhs_strides.0, product.rhs_strides.1) = (rightRow, rightColumn)
            (product.out_dims.0, product.out_dims.1) = (m, n)
        } else {
            let batch = Int64(batch)
            product.rank = 3
            (product.lhs_dims.0, product.lhs_dims.1, product.lhs_dims.2) = (batch, m, k)
            (product.rhs_dims.0, product.rhs_dims.1, product.rhs_dims.2) = (batch, k, n)
            (product.out_dims.0, product.out_dims.1, product.out_dims.2) = (batch, m, n)
            product.lhs_strides.0 = m * k
            (product.lhs_strides.1, product.lhs_strides.2) = (leftRow, leftColumn)
            product.rhs_strides.0 = k * n
            (product.rhs_strides.1, product.rhs_strides.2) = (rightRow, rightColumn)
        }
        return product
    }
}

extension Kernel {
    /// `[…, m, k] · […, k, n]`, operands left and right, by the engine of ``EngineChoice``.
    ///
    /// Bytes on the left stand for floats where the right operand has such.
    package static func matrixProduct(
        _ parameters: MatrixProductParameters, left: TensorType, right: TensorType
    ) throws(KalsaeError) -> Kernel {
        let sizes = ProductSizes(parameters, left: left, right: right)
        let choice = EngineChoice.current
        switch choice.engine(sizes, right.dtype) {
        case .amxTiles, .packedVectors:
            guard let packed = PackedProduct(sizes) else { throw noKernel("matmul", left.dtype) }
            return packed.kernel("matmul", flops: sizes.flops, buffers: 3)
        case .oneDNN:
            let wanted = sizes.oneDNN
            // What the library has no kernel for, plain loops do.
            if let primitive = OneDNNPrimitive.orOwnLoops(
                "matmul",
                make: { made in withUnsafePointer(to: wanted) { kdnn_matmul_create($0, made) } })
            {
                return oneDNN("matmul", primitive, flops: sizes.flops)
            }
            return try plainLoops(sizes, left.dtype, usesThreads: true)
        case .plainLoops:
            return try plainLoops(
                sizes, left.dtype, usesThreads: !choice.loopsEndFirst(sizes))
        case nil: throw noKernel("matmul", left.dtype)
        }
    }

    private typealias PlainLoops =
        @convention(c) @Sendable (
            UnsafePointer<kls_matmul>?, UnsafeRawPointer?, UnsafeRawPointer?,
            UnsafeMutableRawPointer?
        ) -> Void

    private static func plainLoops(
        _ sizes: ProductSizes, _ dtype: DType, usesThreads: Bool
    ) throws(KalsaeError) -> Kernel {
        let run: PlainLoops
        switch dtype {
        case .float32: run = kls_matmul_f32
        case .float64: run = kls_matmul_f64
        case .int32: run = kls_matmul_i32
        case .int64: run = kls_matmul_i64
        case .uint8: run = kls_matmul_u8
        case .float16, .bfloat16, .bool: throw noKernel("matmul", dtype)
        }
        let product = sizes.own
        return Kernel(
            name: Engine.plainLoops.kernelName("matmul"), flops: sizes.flops,
            usesThreads: usesThreads
        ) { buffers in
            withUnsafePointer(to: product) { run($0, buffers[0], buffers[1], buffers[2]) }
        }
    }

    /// The error for a type that an operation has no kernel for.
    static func noKernel(_ name: String, _ dtype: DType) -> KalsaeError {
        KalsaeError(
            name, expected: "a type that the CPU has a kernel for", got: dtype.rawValue,
            advice: "convert the operand with .cast(to:)")
    }
}
