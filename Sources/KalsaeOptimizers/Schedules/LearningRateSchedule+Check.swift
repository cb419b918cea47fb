import KalsaeSupport

extension LearningRateSchedule {
    /// Throws where a setting makes no sense: called before training begins.
    public func check() throws(KalsaeError) {
        switch self {
        case .constant(let factor): try check("constant", ("factor", factor, .notNegative))
        case .step(let every, let factor):
            try check("step", ("every", Double(every), .positive), ("factor", factor, .notNegative))
        case .milestones(let milestones, let factor):
            try check("milestones", ("factor", factor, .notNegative))
            for milestone in milestones {
                try check("milestones", ("step", Double(milestone), .notNegative))
            }
        case .exponential(let factor, let every):
            try check(
                "exponential", ("every", Double(every), .positive),
                ("factor", factor, .notNegative))
        case .inverseTime(let decay, let every):
            try check(
                "inverse time", ("every", Double(every), .positive), ("decay", decay, .notNegative))
        case .polynomial(let steps, let power, let end):
            try check(
                "polynomial", ("steps", Double(steps), .positive), ("power", power, .positive),
                ("end", end, .notNegative))
        case .cosine(let steps, let end):
            try check("cosine", ("steps", Double(steps), .positive), ("end", end, .notNegative))
        case .cosineRestarts(let period, let growth, let peak, let end):
            try check(
                "cosine restarts", ("period", Double(period), .positive),
                ("growth", Double(growth), .positive), ("peak", peak, .notNegative),
                ("end", end, .notNegative))
        case .linearWarmup(let steps, let start):
            try check(
                "warm-up", ("steps", Double(steps), .positive), ("start", start, .notNegative))
        case .oneCycle(let steps, let rise, let divisor, let finalDivisor):
            try check(
                "one cycle", ("steps", Double(steps), .positive), ("rise", rise, .share),
                ("divisor", divisor, .positive), ("finalDivisor", finalDivisor, .positive))
        case .noam(let size, let warmup):
            try check(
                "noam", ("size", Double(size), .positive), ("warmup", Double(warmup), .positive))
        case .inverseSquareRoot(let warmup):
            try check("inverse square root", ("warmup", Double(warmup), .positive))
        case .sequence(let first, let steps, let second):
            try check("sequence", ("steps", Double(steps), .notNegative))
            try first.check()
            try second.check()
        case .product(let schedules):
            for schedule in schedules { try schedule.check() }
        }
    }

    private func check(
        _ name: String, _ settings: (String, Double, Setting.Rule)...
    ) throws(KalsaeError) {
        for (setting, value, rule) in settings {
            try Setting.check("schedule \(name)", Setting(setting, value, rule))
        }
    }
}
