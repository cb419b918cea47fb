import CKalsaeKernels
import Glibc
import KalsaeBackend
import KalsaeSupport

/// What this machine can do at best, as measured: what profiles and benchmarks compare with.
public struct MachinePeak: Sendable, Equatable {
    /// Threads that were measured together.
    public var threads: Int
    /// `float32` operations per second of multiply-adds in registers.
    public var flops: Double
    /// Bytes per second of a triad over memory larger than the caches, counted as in STREAM.
    public var bandwidth: Double

    /// Measures, which takes about half a second.
    public static func measure(
        threads: Int = ComputeThread.threadCount
    ) throws(KalsaeError) -> MachinePeak {
        // Together twice the largest cache, but no more than a quarter of what is left.
        let cache = max(sysconf(Int32(_SC_LEVEL3_CACHE_SIZE)), 0)
        let wanted = min(max(2 * cache / 3, 32 << 20), 256 << 20)
        let bytes = min(wanted, max(Memory.left / 12, 1 << 20)) & ~63
        let (flops, bandwidth) = try ComputeThread.shared.sync {
            () throws(KalsaeError) -> (Double, Double) in
            kls_share_openmp(false)
            let count = Int32(threads)
            return (kls_measure_peak(count), kls_measure_bandwidth(count, Int64(bytes)))
        }
        guard flops > 0, bandwidth > 0 else {
            throw KalsaeError(
                "peak", expected: "\(3 * bytes) bytes of memory to measure with", got: "less")
        }
        return MachinePeak(threads: threads, flops: flops, bandwidth: bandwidth)
    }

    /// The least seconds for some work: the longer of arithmetic and memory.
    public func floor(flops: Double, bytes: Double) -> Double {
        max(flops / self.flops, bytes / bandwidth)
    }
}
