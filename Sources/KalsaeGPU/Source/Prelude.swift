/// What stands in front of the kernels of every program, behind a driver's ``Driver/dialect``.
///
/// A dialect defines the types `u8 u16 u32 u64 i64`, the macros `KERNEL(size) KERNEL_PAIR(size) GLOBAL DEVICE
/// SHARED(type, name, count) LOCAL BARRIER() LID GROUP_INDEX GROUP_COUNT ATOMIC_MIN(pointer, value)`,
/// `UNROLL` in front of a loop whose indices have to be known, `UNROLL_TWICE` where two turns are enough,
/// `FENCE()` for a barrier behind which a group sees what it wrote to memory, and the functions
/// `BITS_F F_BITS BITS_D D_BITS MULHI f_of_half half_of_f half_of_d`; `HAS_F64` where there is
/// `double`; where a device has a ``TensorCoreFormat``, `load_matrices load_transposed_matrices`, the functions that
/// multiply, `tf32_of_f bf16_pair half_pair`, and `shuffle_xor` for a number of another lane. Shared memory begins at a multiple of 16 bytes. Mathematical functions have the names of C, overloaded by type.
enum Prelude {
    /// The common functions.
    static let text = floats + halves + integers + casts + comparisons + Philox.text

    /// One definition for each type of floats.
    private static func perFloat(_ text: (_ type: String, _ suffix: String) -> String) -> String {
        text("float", "f32") + "#ifdef HAS_F64\n" + text("double", "f64") + "#endif\n"
    }

    private static let floats =
        """
        #define LEAST_f32 (-INFINITY)
        #define LARGEST_f32 INFINITY
        #define LEAST_f64 ((double)-INFINITY)
        #define LARGEST_f64 ((double)INFINITY)

        """
        + perFloat { type, suffix in
            """
            DEVICE \(type) add_\(suffix)(\(type) x, \(type) y) { return x + y; }
            DEVICE \(type) sub_\(suffix)(\(type) x, \(type) y) { return x - y; }
            DEVICE \(type) mul_\(suffix)(\(type) x, \(type) y) { return x * y; }
            DEVICE \(type) div_\(suffix)(\(type) x, \(type) y) { return x / y; }
            DEVICE \(type) neg_\(suffix)(\(type) x) { return -x; }
            DEVICE \(type) abs_\(suffix)(\(type) x) { return fabs(x); }
            DEVICE \(type) sign_\(suffix)(\(type) x) {
                return x > 0 ? (\(type))1 : x < 0 ? (\(type))-1 : x;
            }
            DEVICE \(type) max_\(suffix)(\(type) x, \(type) y) {
                return x != x ? x : y != y ? y : y > x ? y : x;
            }
            DEVICE \(type) min_\(suffix)(\(type) x, \(type) y) {
                return x != x ? x : y != y ? y : y < x ? y : x;
            }
            DEVICE \(type) fma_\(suffix)(\(type) x, \(type) y, \(type) z) { return fma(x, y, z); }
            DEVICE \(type) rem_\(suffix)(\(type) x, \(type) y) {
                \(type) rest = fmod(x, y);
                if (rest == 0) return copysign((\(type))0, y);
                return (rest < 0) == (y < 0) ? rest : rest + y;
            }
            DEVICE \(type) sigmoid_\(suffix)(\(type) x) {
                \(type) e = exp(-fabs(x));
                return (x < 0 ? e : (\(type))1) / (1 + e);
            }

            """
        }

    private static let halves = """
        DEVICE float f_of_bf16(u16 x) { return BITS_F((u32)x << 16); }
        DEVICE u16 bf16_of_bits(u32 bits) { return (u16)((bits + 0x7FFFu + ((bits >> 16) & 1)) >> 16); }
        DEVICE u16 bf16_of_f(float x) { return x != x ? (u16)0x7FC0 : bf16_of_bits(F_BITS(x)); }
        #ifdef HAS_F64
        /* Rounding to odd first keeps the second rounding from ties that are none. */
        DEVICE u16 bf16_of_d(double x) {
            float near = (float)x;
            u32 bits = F_BITS(near);
            if (x != x || fabs(x) == INFINITY) return bf16_of_f(near);
            if ((double)near != x) bits = (bits - (fabs((double)near) > fabs(x) ? 1 : 0)) | 1;
            return bf16_of_bits(bits);
        }
        #endif

        """

    /// Whole numbers wrap, so that arithmetic is that of unsigned ones.
    private static let integers =
        [("int", "i32", "u32"), ("i64", "i64", "u64"), ("u8", "u8", "u32")].map {
            type, suffix, wide in
            """
            DEVICE \(type) add_\(suffix)(\(type) x, \(type) y) { return (\(type))((\(wide))x + (\(wide))y); }
            DEVICE \(type) sub_\(suffix)(\(type) x, \(type) y) { return (\(type))((\(wide))x - (\(wide))y); }
            DEVICE \(type) mul_\(suffix)(\(type) x, \(type) y) { return (\(type))((\(wide))x * (\(wide))y); }
            DEVICE \(type) fma_\(suffix)(\(type) x, \(type) y, \(type) z) {
                return (\(type))((\(wide))x * (\(wide))y + (\(wide))z);
            }
            DEVICE \(type) neg_\(suffix)(\(type) x) { return (\(type))(0 - (\(wide))x); }
            DEVICE \(type) abs_\(suffix)(\(type) x) { return x < 0 ? neg_\(suffix)(x) : x; }
            DEVICE \(type) sign_\(suffix)(\(type) x) { return x > 0 ? 1 : x < 0 ? (\(type))-1 : 0; }
            DEVICE \(type) max_\(suffix)(\(type) x, \(type) y) { return y > x ? y : x; }
            DEVICE \(type) min_\(suffix)(\(type) x, \(type) y) { return y < x ? y : x; }
            /* Towards minus infinity; a divisor of 0 was noted. */
            DEVICE \(type) div_\(suffix)(\(type) x, \(type) y) {
                if (y == 0) return 0;
                if (y == (\(type))-1 && (\(type))-1 < 0) return neg_\(suffix)(x);
                \(type) whole = x / y, rest = x % y;
                return rest != 0 && (rest < 0) != (y < 0) ? whole - 1 : whole;
            }
            DEVICE \(type) rem_\(suffix)(\(type) x, \(type) y) {
                return sub_\(suffix)(x, mul_\(suffix)(div_\(suffix)(x, y), y));
            }

            """
        }.joined() + """
            #define LEAST_i32 ((int)0x80000000u)
            #define LARGEST_i32 0x7FFFFFFF
            #define LEAST_i64 ((i64)0x8000000000000000ul)
            #define LARGEST_i64 ((i64)0x7FFFFFFFFFFFFFFFul)
            #define LEAST_u8 ((u8)0)
            #define LARGEST_u8 ((u8)255)

            """

    /// Floats go towards zero and saturate; NaN is 0.
    private static let casts = perFloat { type, suffix in
        """
        DEVICE int i32_of_\(suffix)(\(type) x) {
            return x != x ? 0 : x >= (\(type))2147483648.0f ? LARGEST_i32
                : x <= (\(type))-2147483648.0f ? LEAST_i32 : (int)x;
        }
        DEVICE i64 i64_of_\(suffix)(\(type) x) {
            return x != x ? 0 : x >= (\(type))9223372036854775808.0f ? LARGEST_i64
                : x <= (\(type))-9223372036854775808.0f ? LEAST_i64 : (i64)x;
        }
        DEVICE u8 u8_of_\(suffix)(\(type) x) {
            return x >= 255 ? (u8)255 : x > 0 ? (u8)x : (u8)0;
        }

        """
    }

    /// The order of numbers with NaN as the largest, and which of two indices comes first where
    /// numbers are equal.
    private static let comparisons =
        ["float f32", "int i32", "i64 i64", "u8 u8"].map(order).joined()
        + "#ifdef HAS_F64\n" + order("double f64") + "#endif\n"

    private static func order(_ names: String) -> String {
        let parts = names.split(separator: " ")
        let (type, suffix) = (parts[0], parts[1])
        return """
            DEVICE int less_\(suffix)(\(type) x, \(type) y) { return x == x && (y != y || x < y); }
            /* Whether y at j comes before x at i: the first NaN, else the first best. */
            DEVICE int beats_max_\(suffix)(\(type) y, i64 j, \(type) x, i64 i) {
                if (x != x || y != y) return y != y && (x == x || j < i);
                return y > x || (y == x && j < i);
            }
            DEVICE int beats_min_\(suffix)(\(type) y, i64 j, \(type) x, i64 i) {
                if (x != x || y != y) return y != y && (x == x || j < i);
                return y < x || (y == x && j < i);
            }

            """
    }
}

/// Philox4x32-10 as text: the bits of the CPU's kernels.
private enum Philox {
    static let text = """
        DEVICE void philox(u32 *word, i64 block, i64 seed, i64 stream, i64 step) {
            u32 first = (u32)(u64)seed, second = (u32)((u64)seed >> 32);
            word[0] = (u32)(u64)block; word[1] = (u32)(u64)stream;
            word[2] = (u32)(u64)step; word[3] = (u32)((u64)step >> 32);
            for (int round = 0; round < 10; round++) {
                u32 left = word[0], right = word[2];
                word[0] = MULHI(right, 0xCD9E8D57u) ^ word[1] ^ first;
                word[1] = right * 0xCD9E8D57u;
                word[2] = MULHI(left, 0xD2511F53u) ^ word[3] ^ second;
                word[3] = left * 0xD2511F53u;
                first += 0x9E3779B9u;
                second += 0xBB67AE85u;
            }
        }

        """
}
