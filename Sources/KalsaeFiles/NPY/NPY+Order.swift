extension NPY {
    /// The elements in row-major order of an array stored with its first size innermost.
    static func rowMajor(_ data: ArraySlice<UInt8>, _ shape: [Int], size: Int) -> [UInt8] {
        guard let last = shape.last, !data.isEmpty else { return [] }
        // How far apart in the file neighbors along each axis are.
        var strides: [Int] = []
        var stride = size
        for extent in shape {
            strides.append(stride)
            stride *= extent
        }
        let lastStride = strides[shape.count - 1]
        return [UInt8](unsafeUninitializedCapacity: data.count) { output, count in
            data.withUnsafeBufferPointer { input in
                var index = [Int](repeating: 0, count: shape.count)
                var start = 0
                while count < data.count {
                    var from = start
                    for _ in 0..<last {
                        for k in 0..<size { output[count + k] = input[from + k] }
                        count += size
                        from += lastStride
                    }
                    var axis = shape.count - 2
                    while axis >= 0 {
                        index[axis] += 1
                        start += strides[axis]
                        if index[axis] < shape[axis] { break }
                        start -= shape[axis] * strides[axis]
                        index[axis] = 0
                        axis -= 1
                    }
                }
            }
        }
    }

    /// Reverses the bytes of each element.
    static func swapBytes(_ bytes: inout [UInt8], size: Int) {
        bytes.withUnsafeMutableBufferPointer { buffer in
            for start in stride(from: 0, to: buffer.count, by: size) {
                for k in 0..<(size / 2) { buffer.swapAt(start + k, start + size - 1 - k) }
            }
        }
    }
}
