import ArgumentParser
import KalsaeTraining

extension ThresholdChoice: ExpressibleByArgument {
    /// Reads `best` or a number.
    public init?(argument: String) {
        if argument == "best" {
            self = .best
        } else if let value = Double(argument) {
            self = .probability(value)
        } else {
            return nil
        }
    }

    /// What the option does where a model is used.
    static let help: ArgumentHelp = """
        Of two classes, the probability from which on the rarer one is predicted, or best: that with \
        the best F1 on rows held out in training. Without it the model's own rule, by default the more \
        probable class.
        """
}
