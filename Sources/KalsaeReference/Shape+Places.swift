import KalsaeGraph

extension Shape {
    /// The places of all elements in row-major order, each as one index per axis.
    var places: [[Int]] {
        guard elementCount > 0 else { return [] }
        var result: [[Int]] = []
        result.reserveCapacity(elementCount)
        var place = [Int](repeating: 0, count: rank)
        while true {
            result.append(place)
            var axis = rank - 1
            while axis >= 0 {
                place[axis] += 1
                if place[axis] < self[axis] { break }
                place[axis] = 0
                axis -= 1
            }
            if axis < 0 { return result }
        }
    }

    /// The position in row-major order of the element at a place.
    func position(of place: [Int]) -> Int {
        var position = 0
        for axis in indices { position = position * self[axis] + place[axis] }
        return position
    }

    /// The positions of the elements along one axis, for each line along it in row-major order.
    func lines(along axis: Int) -> [[Int]] {
        var starts = self
        starts[axis] = 1
        let length = self[axis]
        return starts.places.map { start in
            (0..<length).map { step in
                var place = start
                place[axis] = step
                return position(of: place)
            }
        }
    }
}
