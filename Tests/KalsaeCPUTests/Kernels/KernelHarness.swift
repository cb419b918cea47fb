import CKalsaeKernels
import CKalsaeOneDNN
import KalsaeBackend
import KalsaeCPU
import KalsaeGraph
import Testing

/// Elements as numbers, whatever their type.
struct Value {
    var type: TensorType
    var elements: [Double]

    init(_ dtype: DType, _ shape: Shape, _ elements: [Double]) {
        type = TensorType(dtype, shape)
        self.elements = elements
    }

    /// Multiples of 1/16 in -2 ... 2, or small whole numbers. Products are multiples of 1/256 up to 4,
    /// so sums of up to 16,384 of them are exact in `float32`, in any order and by any engine.
    init(_ dtype: DType, _ shape: Shape, seed: UInt64) {
        var state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1
        let elements = (0..<shape.elementCount).map { _ -> Double in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let draw = Double(state >> 33 & 63)
            switch dtype {
            case .uint8: return draw
            case .bool: return draw > 31 ? 1 : 0
            case .int32, .int64: return draw - 32
            case .float32, .float64, .float16, .bfloat16: return (draw - 32) / 16
            }
        }
        self.init(dtype, shape, elements)
    }
}

extension UnsafeMutableRawPointer {
    fileprivate func store(_ elements: [Double], _ dtype: DType) {
        for (index, element) in elements.enumerated() {
            switch dtype {
            case .float32: store(Float(element), index)
            case .float64: store(element, index)
            case .int32: store(Int32(element), index)
            case .int64: store(Int64(element), index)
            case .uint8, .bool: store(UInt8(element), index)
            case .float16, .bfloat16: store(UInt16(element), index)
            }
        }
    }

    private func store<Element>(_ element: Element, _ index: Int) {
        storeBytes(
            of: element, toByteOffset: index * MemoryLayout<Element>.stride, as: Element.self)
    }

    private func load<Element>(_ index: Int, _ type: Element.Type) -> Element {
        load(fromByteOffset: index * MemoryLayout<Element>.stride, as: type)
    }

    fileprivate func elements(_ count: Int, _ dtype: DType) -> [Double] {
        (0..<count).map { index in
            switch dtype {
            case .float32: Double(load(index, Float.self))
            case .float64: load(index, Double.self)
            case .int32: Double(load(index, Int32.self))
            case .int64: Double(load(index, Int64.self))
            case .uint8, .bool: Double(load(index, UInt8.self))
            case .float16, .bfloat16: Double(load(index, UInt16.self))
            }
        }
    }
}

extension Buffer {
    func store(_ elements: [Double], _ dtype: DType) throws {
        try hostPointer().store(elements, dtype)
    }

    func elements(_ count: Int, _ dtype: DType) throws -> [Double] {
        try hostPointer().elements(count, dtype)
    }
}

/// Runs a kernel in buffers with a guarded border, and checks that nothing beyond the result
/// was written.
func run(
    _ kernel: Kernel, _ operands: [Value], _ result: TensorType, threads: Int32 = 2,
    _ location: SourceLocation = #_sourceLocation
) throws -> [Double] {
    let guardBytes = 64
    let mark: UInt8 = 0xA5
    var buffers: [Buffer] = []
    for operand in operands {
        #expect(operand.elements.count == operand.type.shape.elementCount)
        let buffer = try Buffer(byteCount: operand.type.byteCount)
        try buffer.store(operand.elements, operand.type.dtype)
        buffers.append(buffer)
    }
    var guarded: [(Buffer, Int)] = []
    for bytes in [result.byteCount, kernel.scratchBytes] {
        let buffer = try Buffer(byteCount: bytes + guardBytes)
        try buffer.hostPointer().initializeMemory(
            as: UInt8.self, repeating: mark, count: bytes + guardBytes)
        guarded.append((buffer, bytes))
        buffers.append(buffer)
    }
    let pointers = try buffers.map { try $0.hostPointer() }
    let before = kdnn_threads()
    kdnn_set_threads(threads)
    pointers.withUnsafeBufferPointer { pointers in
        if let first = pointers.baseAddress { kernel.body(first) }
    }
    kdnn_set_threads(before)
    for (buffer, bytes) in guarded {
        let border = UnsafeRawBufferPointer(
            start: try buffer.hostPointer() + bytes, count: guardBytes)
        #expect(border.allSatisfy { $0 == mark }, "written past the end", sourceLocation: location)
    }
    return try guarded[0].0.elements(result.shape.elementCount, result.dtype)
}

/// Runs a kernel and compares count and values with the oracle's; NaN equals NaN.
func expectRun(
    _ kernel: Kernel, _ operands: [Value], _ result: TensorType, gives expected: [Double],
    tolerance: Double = 0, _ note: String = "", _ location: SourceLocation = #_sourceLocation
) throws {
    for threads: Int32 in [1, 2] {
        let got = try run(kernel, operands, result, threads: threads, location)
        #expect(got.count == expected.count, "\(note)", sourceLocation: location)
        let wrong = zip(got, expected).enumerated().first { _, pair in
            if pair.0.isNaN || pair.1.isNaN { return pair.0.isNaN != pair.1.isNaN }
            if pair.0 == pair.1 { return false }
            return !(abs(pair.0 - pair.1) <= tolerance * max(1, abs(pair.1)))
        }
        #expect(
            wrong == nil, "\(kernel.name) \(note) \(operands.map(\.type)), \(threads) threads",
            sourceLocation: location)
    }
    #expect(kls_take_error().code == 0, "\(note)", sourceLocation: location)
}

/// The multi-indices of a shape, row-major.
func multiIndices(_ shape: Shape) -> [[Int]] {
    var all: [[Int]] = [[]]
    for size in shape { all = all.flatMap { head in (0..<size).map { head + [$0] } } }
    return all
}

/// The row-major position of a index.
func position(_ index: [Int], _ shape: Shape) -> Int {
    zip(index, shape).reduce(0) { $0 * $1.1 + $1.0 }
}
