extension LessonPlan {
    static let gridRandom = LessonPlan(
        rows: [28],
        slides: [
            LessonSlide("004", "튜닝 프로세스"), LessonSlide("004", "적절한 척도 선택하기"),
            LessonSlide("004", "로그 척도에서 샘플링 하는 법"), LessonSlide("002", "하이퍼파라미터 최적화"),
        ],
        knobs: [
            .whole(
                "side", 5, 2...8, "levels of the grid; trials are its square", "격자의 한 변(시도 수는 그 제곱)"
            ),
            .whole("draws", 20_000, 1000...200_000, "draws from a scale", "척도에서 뽑는 횟수"),
        ],
        // 1e-4 to 1: the median of draws on the logarithmic scale; and over how many values β = .98 averages.
        exercise: .numbers(2, within: 1e-6) { [0.01, 50] },
        program: {
            let side = $0.whole("side")
            return try SearchScales(trials: side * side, draws: $0.whole("draws"), context: $0)
                .report()
        })
}
