/// Numbers of which the smallest is taken first.
struct MinimumHeap {
    private var numbers: [Int] = []

    var isEmpty: Bool { numbers.isEmpty }

    mutating func insert(_ number: Int) {
        numbers.append(number)
        var index = numbers.count - 1
        while index > 0, numbers[index] < numbers[(index - 1) / 2] {
            numbers.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    mutating func removeSmallest() -> Int? {
        guard let last = numbers.popLast() else { return nil }
        guard let smallest = numbers.first else { return last }
        numbers[0] = last
        var index = 0
        while true {
            var least = index
            for child in [2 * index + 1, 2 * index + 2]
            where child < numbers.count && numbers[child] < numbers[least] { least = child }
            if least == index { return smallest }
            numbers.swapAt(index, least)
            index = least
        }
    }
}
