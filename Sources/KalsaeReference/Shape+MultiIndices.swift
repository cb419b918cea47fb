import KalsaeGraph

extension Shape {
    /// The multi-indices of all elements in row-major order, each as one index per axis.
    var multiIndices: [[Int]] {
        guard elementCount > 0 else { return [] }
        var result: [[Int]] = []
        result.reserveCapacity(elementCount)
        var index = [Int](repeating: 0, count: rank)
        while true {
            result.append(index)
            var axis = rank - 1
            while axis >= 0 {
                index[axis] += 1
                if index[axis] < self[axis] { break }
                index[axis] = 0
                axis -= 1
            }
            if axis < 0 { return result }
        }
    }

    /// The position in row-major order of the element at a multi-index.
    func position(of index: [Int]) -> Int {
        var position = 0
        for axis in indices { position = position * self[axis] + index[axis] }
        return position
    }

    /// The positions of the elements along one axis, for each line along it in row-major order.
    func lines(along axis: Int) -> [[Int]] {
        var starts = self
        starts[axis] = 1
        let length = self[axis]
        return starts.multiIndices.map { start in
            (0..<length).map { step in
                var index = start
                index[axis] = step
                return position(of: index)
            }
        }
    }
}
