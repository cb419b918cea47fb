import KalsaeGPU

/// What the 32 lanes of a warp do together with small matrices, as functions of the dialect. Only kernels that
/// use them need a card that has them.
enum MatrixInstructions {
    /// The functions; the parts of the operands that a lane holds are those of `mma` in the PTX ISA.
    static let text =
        loads
            + """
            DEVICE u32 tf32_of_f(float x) {
                u32 y; asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(y) : "f"(x)); return y;
            }
            DEVICE u32 bf16_pair(float low, float high) {
                u32 y; asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(y) : "f"(high), "f"(low)); return y;
            }
            DEVICE u32 half_pair(float low, float high) {
                return (u32)half_of_f(low) | (u32)half_of_f(high) << 16;
            }
            DEVICE float shuffle_xor(float x, int lanes) { return __shfl_xor_sync(0xFFFFFFFFu, x, lanes); }

            """
        + multiply(.bfloat16, [product("m16n8k16", "bf16", a: [0, 1, 2, 3], b: [0, 1])])
        + multiply(.tf32, [product("m16n8k8", "tf32", a: [0, 1, 2, 3], b: [0, 1])])
        + "#if __CUDA_ARCH__ >= 800\n"
        + multiply(.float16, [product("m16n8k16", "f16", a: [0, 1, 2, 3], b: [0, 1])])
        + "#else\n"
        + multiply(
            .float16,
            [
                product("m16n8k8", "f16", a: [0, 1], b: [0]),
                product("m16n8k8", "f16", a: [2, 3], b: [1]),
            ])
        + "#endif\n"

    /// Four matrices of 8 rows of 16 bytes: each lane gives the address of a row. It gets 4 bytes of its row of
    /// each, or of halves of its column where they are transposed.
    private static let loads = """
        DEVICE u32 shared_address(const void *from) { return (u32)__cvta_generic_to_shared(from); }

        """
        + [("load_matrices", ""), ("load_transposed_matrices", ".trans")].map { name, turn in
            """
            DEVICE void \(name)(u32 *x, const void *from) {
                asm volatile("ldmatrix.sync.aligned.m8n8.x4\(turn).shared.b16 {%0, %1, %2, %3}, [%4];"
                    : "=r"(x[0]), "=r"(x[1]), "=r"(x[2]), "=r"(x[3])
                    : "r"(shared_address(from)) : "memory");
            }

            """
        }.joined()

    private static func multiply(_ format: TensorCoreFormat, _ products: [String]) -> String {
        """
        DEVICE void \(format.function)(float *sum, const u32 *a, const u32 *b) {
        \(products.joined(separator: "\n"))
        }

        """
    }

    /// Adds a product of 16 x 8 results to the sums.
    private static func product(_ shape: String, _ type: String, a: [Int], b: [Int]) -> String {
        func list(_ range: Range<Int>) -> String {
            "{" + range.map { "%\($0)" }.joined(separator: ", ") + "}"
        }
        let (first, end) = (4 + a.count, 4 + a.count + b.count)
        let sums = (0..<4).map { "\"+f\"(sum[\($0)])" }.joined(separator: ", ")
        let operands = a.map { "\"r\"(a[\($0)])" } + b.map { "\"r\"(b[\($0)])" }
        return """
                asm("mma.sync.aligned.\(shape).row.col.f32.\(type).\(type).f32 \(list(0..<4)), \(list(4..<first)), \(list(first..<end)), \(list(0..<4));"
                    : \(sums) : \(operands.joined(separator: ", ")));
            """
    }
}

extension TensorCoreFormat {
    /// Those of a compute capability, as 90.
    package static func formats(capability: Int) -> Set<TensorCoreFormat> {
        capability >= 80 ? Set(allCases) : capability >= 75 ? [.float16] : []
    }
}
