import Glibc
import KalsaeFiles
import KalsaeTraining

extension Report {
    /// `e` to the loss: among how many tokens of equal chance the model would choose as badly.
    private var perplexity: Double { exp(loss) }

    /// Measured on a text, on one line.
    var textLine: String {
        "\(text), perplexity \(perplexity.short), \((loss / M_LN2).short) bits a token"
    }

    /// Measured on a text, for `--json`.
    var textJSON: JSONValue {
        .object(
            (json.members ?? []) + [JSONValue.Member("perplexity", .number(perplexity))])
    }
}
