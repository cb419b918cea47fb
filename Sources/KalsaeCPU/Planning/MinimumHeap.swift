/// Numbers of which the smallest is taken first.
struct MinimumHeap {
    private var numbers: [Int] = []

    var isEmpty: Bool { numbers.isEmpty }

    mutating func insert(_ number: Int) {
        numbers.append(number)
        var place = numbers.count - 1
        while place > 0, numbers[place] < numbers[(place - 1) / 2] {
            numbers.swapAt(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
    }

    mutating func removeSmallest() -> Int? {
        guard let last = numbers.popLast() else { return nil }
        guard let smallest = numbers.first else { return last }
        numbers[0] = last
        var place = 0
        while true {
            var least = place
            for child in [2 * place + 1, 2 * place + 2]
            where child < numbers.count && numbers[child] < numbers[least] { least = child }
            if least == place { return smallest }
            numbers.swapAt(place, least)
            place = least
        }
    }
}
