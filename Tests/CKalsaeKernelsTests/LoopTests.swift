import CKalsaeKernels
import Testing

/// A loop of two loads, `(a + b) * 2` stored and `a + b` stored or reduced, on random shapes and
/// strides, against plain loops in `Double`; the same bits on one and on two threads.
@Suite struct LoopTests {
    struct Generator: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (state ^ (state >> 33)) &* 0xff51_afd7_ed55_8ccd
        }
    }

    struct Case {
        var sizes: [Int] = []
        var strides: [[Int]] = []
        var span = KLS_REDUCE_NONE
        var reduced = 0
        var operation = KLS_COPY
        var count: Int { sizes.reduce(1, *) }

        init(_ random: inout Generator, large: Bool) {
            let most = large ? 300_000 : 20_000
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let bound = [4, 12, 50, large ? 3000 : 300].randomElement(using: &random) ?? 4
                let size = Int.random(in: 1...bound, using: &random)
                sizes.append(count * size > most ? 1 : size)
            }
            for _ in 0..<2 {
                var order = Array(sizes.indices)
                if Bool.random(using: &random) { order.shuffle(using: &random) }
                let repeats = Int.random(in: 0...3, using: &random)
                var own = [Int](repeating: 0, count: sizes.count)
                var step = 1
                for axis in order.reversed() {
                    if repeats > 1, Bool.random(using: &random) { continue }
                    own[axis] = step
                    step *= sizes[axis]
                }
                strides.append(repeats == 1 ? own.map { _ in 0 } : own)
            }
            span =
                [KLS_REDUCE_NONE, KLS_REDUCE_ALL, KLS_REDUCE_TRAILING, KLS_REDUCE_LEADING]
                .randomElement(using: &random) ?? KLS_REDUCE_NONE
            if span != KLS_REDUCE_NONE {
                operation = [KLS_ADD, KLS_MAX, KLS_MIN].randomElement(using: &random) ?? KLS_ADD
            }
            if span == KLS_REDUCE_TRAILING || span == KLS_REDUCE_LEADING {
                reduced = Int.random(in: 1...sizes.count, using: &random)
            }
        }

        /// The index in the second output of an element.
        func target(_ element: Int) -> Int {
            switch span {
            case KLS_REDUCE_ALL: 0
            case KLS_REDUCE_TRAILING: element / sizes.suffix(reduced).reduce(1, *)
            case KLS_REDUCE_LEADING: element % sizes.dropFirst(reduced).reduce(1, *)
            default: element
            }
        }

        func index(_ element: Int, _ strides: [Int]) -> Int {
            var (rest, index) = (element, 0)
            for axis in sizes.indices.reversed() {
                index += rest % sizes[axis] * strides[axis]
                rest /= sizes[axis]
            }
            return index
        }
    }

    private func makeLoop(_ test: Case, direct: Bool) throws -> OpaquePointer {
        var loads: [kls_load] = []
        for (number, strides) in test.strides.enumerated() {
            var load = kls_load()
            load.reg = Int32(number)
            load.buffer = Int32(number)
            load.type = KLS_F32
            withUnsafeMutableBytes(of: &load.strides) { raw in
                let own = raw.bindMemory(to: Int64.self)
                for (axis, stride) in strides.enumerated() { own[axis] = Int64(stride) }
            }
            loads.append(load)
        }
        var two = kls_load()
        two.reg = 3
        two.buffer = -1
        two.type = KLS_F32
        two.scalar = 1
        two.constant = UInt64(Float(2).bitPattern)
        loads.append(two)
        let add = try #require(kls_elementwise(KLS_ADD, KLS_F32, 0))
        let scale = try #require(kls_elementwise(KLS_MUL, KLS_F32, Int32(KLS_VSV)))
        let steps = [
            kls_step(fn: add, dst: 2, a: 0, b: 1, c: 0),
            kls_step(fn: scale, dst: 4, a: 2, b: 3, c: 0),
        ]
        let outputs = [
            kls_output(reg: 4, buffer: 2, type: KLS_F32, op: KLS_COPY, direct: direct ? 1 : 0),
            kls_output(reg: 2, buffer: 3, type: KLS_F32, op: test.operation, direct: 0),
        ]
        var spec = kls_loop_spec()
        spec.rank = Int32(test.sizes.count)
        withUnsafeMutableBytes(of: &spec.dims) { raw in
            let dims = raw.bindMemory(to: Int64.self)
            for (axis, size) in test.sizes.enumerated() { dims[axis] = Int64(size) }
        }
        spec.span = test.span
        spec.reduced = Int32(test.reduced)
        spec.registers = 5
        spec.register_bytes = 4
        spec.load_count = 3
        spec.step_count = 2
        spec.output_count = 2
        let loop = loads.withUnsafeBufferPointer { loads in
            steps.withUnsafeBufferPointer { steps in
                outputs.withUnsafeBufferPointer { outputs in
                    spec.loads = loads.baseAddress
                    spec.steps = steps.baseAddress
                    spec.outputs = outputs.baseAddress
                    return kls_loop_create(&spec)
                }
            }
        }
        return try #require(loop)
    }

    private func run(
        _ loop: OpaquePointer, _ a: [Float], _ b: [Float], count: Int, threads: Int32
    ) -> (stored: [Float], second: [Float]) {
        var (a, b) = (a, b)
        var stored = [Float](repeating: .nan, count: count + 1)
        var second = [Float](repeating: .nan, count: count + 1)
        let scratch = UnsafeMutableRawPointer.allocate(
            byteCount: Int(kls_loop_scratch(loop)) + 64, alignment: 64)
        defer { scratch.deallocate() }
        a.withUnsafeMutableBytes { a in
            b.withUnsafeMutableBytes { b in
                stored.withUnsafeMutableBytes { stored in
                    second.withUnsafeMutableBytes { second in
                        let buffers = [
                            a.baseAddress, b.baseAddress, stored.baseAddress, second.baseAddress,
                        ]
                        kls_loop_run(loop, buffers, scratch, threads)
                    }
                }
            }
        }
        return (stored, second)
    }

    @Test(arguments: 0..<8) func agreesWithPlainLoops(seed: Int) throws {
        var random = Generator(state: UInt64(seed) &* 77 &+ 5)
        let a = (0..<300_000).map { _ in Float.random(in: -2...2, using: &random) }
        let b = (0..<300_000).map { _ in Float.random(in: -2...2, using: &random) }
        for number in 0..<60 {
            let test = Case(&random, large: number % 10 == 0)
            let loop = try makeLoop(test, direct: number % 2 == 0)
            defer { kls_loop_destroy(loop) }
            let count = test.count
            let got = run(loop, a, b, count: count, threads: 1)
            var expected = [Double](repeating: 0, count: test.target(count - 1) + 1)
            if test.span == KLS_REDUCE_LEADING {
                expected = [Double](
                    repeating: 0, count: test.sizes.dropFirst(test.reduced).reduce(1, *))
            }
            var seen = [Int](repeating: 0, count: expected.count)
            var wrong = 0
            for element in 0..<count {
                let left = a[test.index(element, test.strides[0])]
                let sum = left + b[test.index(element, test.strides[1])]
                if got.stored[element] != sum * 2 { wrong += 1 }
                let index = test.target(element)
                let value = Double(sum)
                switch (test.operation, seen[index]) {
                case (KLS_ADD, 1...): expected[index] += value
                case (KLS_MAX, 1...): expected[index] = max(expected[index], value)
                case (KLS_MIN, 1...): expected[index] = min(expected[index], value)
                default: expected[index] = value
                }
                seen[index] += 1
            }
            #expect(wrong == 0, "\(test)")
            #expect(got.stored[count].isNaN && got.second[expected.count].isNaN, "\(test)")
            let slack = test.operation == KLS_ADD ? 2e-5 * Double(count / expected.count) : 0
            for (value, exact) in zip(got.second, expected) {
                if abs(Double(value) - exact) > slack + 1e-5 * abs(exact) { wrong += 1 }
            }
            #expect(wrong == 0, "\(test)")
            let again = run(loop, a, b, count: count, threads: 2)
            #expect(
                zip(got.stored + got.second, again.stored + again.second).allSatisfy {
                    $0.bitPattern == $1.bitPattern
                })
        }
    }

    @Test func refusesWhatItCannotRun() {
        var spec = kls_loop_spec()
        #expect(kls_loop_create(&spec) == nil)
        spec.rank = 1
        spec.registers = 65
        spec.register_bytes = 4
        #expect(kls_loop_create(&spec) == nil)
    }
}
