import KalsaeOptimizers

extension OptimizerPaths {
    /// Every optimizer with the positions that its path must pass.
    var rows: [(name: String, optimizer: any Optimizer, positions: Positions)] {
        [
            ("SGD", SGD(learningRate: 0.95 * factor), Self.sgd),
            (
                "Momentum", SGD(learningRate: 0.1 * factor, momentum: momentum), Self.momentum
            ),
            ("AdaGrad", LectureOptimizers.adaGrad(1.5 * factor), Self.adaGrad),
            ("Adam, book", LectureOptimizers.adam(0.3 * factor), Self.bookAdam),
            ("Adam, paper", Adam(learningRate: 0.3 * factor), Self.paperAdam),
            (
                "Nesterov", SGD(learningRate: 0.1 * factor, momentum: momentum, nesterov: true),
                Self.nesterov
            ),
            (
                "Nesterov, wrong order", WrongNesterov(learningRate: 0.1 * factor),
                Self.wrongNesterov
            ),
            ("RMSProp", LectureOptimizers.rmsProp(0.1 * factor), Self.rmsProp),
        ]
    }

    private static let sgd: Positions = [
        (1, -6.3350000000, -1.8), (2, -5.7331750000, 1.62), (3, -5.1885233750, -1.458),
        (5, -4.2495303572, -1.1809800000), (10, -2.5797868938, 0.6973568802),
        (20, -0.9507572025, 0.2431533092), (29, -0.3871745809, -0.0942025739),
        (30, -0.3503929958, 0.0847823166),
    ]
    private static let momentum: Positions = [
        (1, -6.93, 1.6), (2, -6.7977, 0.92), (3, -6.610653, 0.124), (5, -6.1014381813, -1.16084),
        (10, -4.3475537873, 0.0087997412), (15, -2.4402506416, 0.6764452929),
        (20, -0.8247552429, -0.6985052332), (29, 0.8141121495, 0.2728778524),
        (30, 0.8964138585, 0.0880856017),
    ]
    private static let adaGrad: Positions = [
        (1, -5.5000002143, 0.5000000375), (2, -4.5732679682, 0.1361965831),
        (3, -3.8878423390, 0.0373145705), (5, -2.8985619767, 0.0028034463),
        (10, -1.4893855294, 4.3378e-06), (20, -0.4204685648, 0), (30, -0.1201623223, 0),
    ]
    private static let bookAdam: Positions = [
        (1, -6.7000013553, 1.7000002372), (2, -6.4004166240, 1.4022457409),
        (3, -6.1015490070, 1.1089120394), (5, -5.5072812837, 0.5477137022),
        (10, -4.0594185726, -0.4918462875), (15, -2.7097823845, -0.6820250409),
        (20, -1.5214500906, -0.2788680023), (29, 0.0201490647, 0.3219572219),
        (30, 0.1360068524, 0.3182453755),
    ]
    private static let paperAdam: Positions = [
        (1, -6.7000000043, 1.7000000008), (10, -4.0594115858, -0.4918470391),
        (30, 0.1360146173, 0.3182453889),
    ]
    private static let nesterov: Positions = [
        (1, -6.867, 1.24), (2, -6.679827, 0.4448), (3, -6.446257587, -0.216704),
        (10, -4.0782778037, 0.1027214713), (30, 0.6896149017, -0.0006799058),
    ]
    private static let wrongNesterov: Positions = [
        (1, -6.8103, 0.916), (30, 0.5263905077, 0.0002258202),
    ]
    private static let rmsProp: Positions = [
        (1, -6.0000014286, 1.0000002500), (2, -5.3473267162, 0.5509870061),
        (10, -2.7850549895, 0.0052640900), (30, -0.6974203097, 1.48e-08),
    ]
}
