import KalsaeSupport

/// What of a column of dates varies, and so becomes inputs.
struct DateInputs: Equatable {
    /// Its numbers.
    let numbers: [DateNumber]
    /// Its cycles.
    let cycles: [DateCycle]

    private init(numbers: [DateNumber], cycles: [DateCycle]) {
        (self.numbers, self.cycles) = (numbers, cycles)
    }

    /// - Parameters:
    ///   - stamps: the moments, in any order.
    ///   - order: how they are written: a time of day is its cycle alone, a length of time a number.
    init(_ stamps: [DateStamp], _ order: DateOrder) {
        func varies(_ values: [Double]) -> Bool {
            guard let first = values.first else { return false }
            return values.contains { $0 != first }
        }
        let numbers: [DateNumber] =
            order == .timeOfDay ? [] : order == .duration ? [.elapsed] : DateNumber.allCases
        let cycles: [DateCycle] =
            order == .timeOfDay ? [.hour] : order == .duration ? [] : DateCycle.allCases
        self.init(
            numbers: numbers.filter { number in varies(stamps.map { number.value($0) }) },
            cycles: cycles.filter { cycle in varies(stamps.compactMap { cycle.phase($0) }) })
    }

    /// The inputs in words, as `the time that passed, and cycles of month and weekday`.
    func text(_ language: TextLanguage = .english) -> String {
        var parts = numbers.map { number -> String in
            switch number {
            case .elapsed: language("the time that passed", "지난 시간")
            case .year: language("year", "연도")
            }
        }
        let names = cycles.map { cycle -> String in
            switch cycle {
            case .month: language("month", "월")
            case .weekday: language("weekday", "요일")
            case .dayOfYear: language("day of the year", "연중일")
            case .hour: language("hour", "시")
            }
        }
        if language == .korean {
            if !names.isEmpty { parts.append(names.joined(separator: "·") + "의 주기") }
            return parts.isEmpty ? "쓰지 않음" : parts.joined(separator: ", ")
        }
        if let last = names.last {
            let others = names.dropLast().joined(separator: ", ")
            let alone = last == "hour" ? "a cycle of hours" : "a cycle of \(last)"
            parts.append(others.isEmpty ? alone : "cycles of \(others) and \(last)")
        }
        guard let last = parts.last else { return "nothing" }
        let others = parts.dropLast().joined(separator: ", ")
        return others.isEmpty ? last : "\(others), and \(last)"
    }

    /// What each says in Korean, by what it says in English.
    static let korean: [String: String] = {
        let (numbers, cycles) = (DateNumber.allCases, DateCycle.allCases)
        var all: [String: String] = [:]
        for bits in 1..<(1 << (numbers.count + cycles.count)) {
            func has(_ position: Int) -> Bool { (bits >> position) & 1 == 1 }
            let inputs = DateInputs(
                numbers: numbers.indices.filter { has($0) }.map { numbers[$0] },
                cycles: cycles.indices.filter { has($0 + numbers.count) }.map { cycles[$0] })
            all[inputs.text()] = inputs.text(.korean)
        }
        return all
    }()
}
