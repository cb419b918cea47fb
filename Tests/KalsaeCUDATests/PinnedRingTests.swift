import KalsaeBackend
import KalsaeCUDA
import KalsaeGPU
import KalsaeSupport
import Testing

extension CUDACardTests {
    /// Host bytes on their way to the card: nothing waits, and nothing is written over before it has
    /// arrived.
    @Suite(.enabled(if: EmulatedCard.isThere, "\(EmulatedCard.reason)"))
    struct Uploads {
        private let driver: CUDADriver

        init() throws {
            EmulatedCard.configure()
            driver = try CUDADriver()
        }

        private func memory(_ byteCount: Int) throws -> any DriverMemory {
            try #require(try driver.allocate(byteCount: byteCount))
        }

        private func write(_ bytes: [UInt8], to memory: any DriverMemory) throws {
            try bytes.withUnsafeBytes { try driver.write($0, to: memory) }
        }

        private func read(_ memory: any DriverMemory) throws -> [UInt8] {
            var bytes = [UInt8](repeating: 0, count: memory.byteCount)
            try bytes.withUnsafeMutableBytes { try driver.read(memory, into: $0) }
            return bytes
        }

        @Test func manySmallWritesWaitForNothing() throws {
            let pieces = try (0..<50).map { _ in try memory(100) }
            for (index, piece) in pieces.enumerated() {
                try write([UInt8](repeating: UInt8(index), count: 100), to: piece)
            }
            #expect(EmulatedCard.calls("cuMemcpyHtoDAsync_v2", "cuMemHostAlloc") == [50, 1])
            #expect(EmulatedCard.calls("cuStreamSynchronize", "cuEventSynchronize") == [0, 0])
            for (index, piece) in pieces.enumerated() {
                #expect(try read(piece) == [UInt8](repeating: UInt8(index), count: 100))
            }
        }

        @Test(arguments: [1, 1 << 20, (1 << 20) + 1, 4 << 20, 9_999_999]) func allBytesArrive(
            _ count: Int
        ) throws {
            let (first, second) = (try memory(count), try memory(count))
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 11) }
            try write(bytes, to: first)
            try write(bytes.reversed(), to: second)
            // Large ones wait for the oldest piece of the ring, not for all work.
            #expect(EmulatedCard.calls("cuStreamSynchronize") == [0])
            #expect(try read(first) == bytes)
            #expect(try read(second) == bytes.reversed())
        }

        @Test func aFullRingWaitsForItsOldestPiece() throws {
            let piece = 3 << 18
            let all = try (0..<12).map { _ in try memory(piece) }
            for (index, memory) in all.enumerated() {
                try write([UInt8](repeating: UInt8(index), count: piece), to: memory)
            }
            #expect(EmulatedCard.calls("cuEventSynchronize") == [8])
            for (index, memory) in all.enumerated() {
                #expect(try read(memory).allSatisfy { $0 == UInt8(index) })
            }
        }

        @Test func aRingWithoutMemoryIsOneLine() throws {
            let memory = try memory(16)
            let error = EmulatedCard.with("fail=cuMemHostAlloc:1:2") {
                #expect(throws: KalsaeError.self) { try write([1, 2, 3], to: memory) }
            }
            #expect(
                "\(try #require(error))".hasPrefix(
                    "cuMemHostAlloc: expected success, got CUDA_ERROR_OUT_OF"))
            try write([1, 2, 3], to: memory)
            #expect(try read(memory).prefix(3) == [1, 2, 3])
        }
    }
}
