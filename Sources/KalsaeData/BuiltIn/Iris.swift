import KalsaeFiles
import KalsaeSupport

/// Fisher's iris measurements: 150 flowers of three species, four lengths in centimeters each.
///
/// Source: R. A. Fisher, "The use of multiple measurements in taxonomic problems" (1936), with the
/// values of scikit-learn's table, in which flowers 35 and 38 are as Fisher printed them.
public enum Iris {
    /// The species, 50 flowers each, in the order of the table.
    public static let species = ["setosa", "versicolor", "virginica"]

    /// The columns: four measures and the species.
    public static let columns = [
        "sepal_length", "sepal_width", "petal_length", "petal_width", "species",
    ]

    /// One character a measure: 35 and its tenths of a centimeter.
    private static let tenths =
        #"VF1%TA1%RC0%QB2%UG1%YJ4'QE1&UE2%O@1%TB2$YH2%SE3%SA1$NA.$]K/%\O2'YJ0'VF1&\I4&VI2&"#
        + #"YE4%VH2'QG-%VD4(SE6%UA3%UE3'WF2%WE1%RC3%SB3%YE2'WL2$ZM1%TB2%UC/%ZF0%TG1$OA0%VE2%"#
        + #"UF0&P:0&OC0%UF3)VI6'SA1&VI3%QC1%XH2%UD1%iCR1cCP2hBT2Z:K0d?Q2\?P0bDR3T;D-e@Q0W>J1"#
        + #"U7F-^AM2_9K-`@R1[@G0fBO1[AP2]>L-a9P2[<J.^CS5`?K0b<T2`?R/c@N0eAO1g?S1fAU4_@P2\=F-"#
        + #"Z;I.Z;H-]>J/_>V3YAP2_EP3fBR2b:O0[AL0Z<K0Z=O/`AQ1]=K/U:D-[>M0\AM/\@M0a@N0V<A.\?L0"#
        + #"bD_<]>V6jA^8b@[5dA]9oAe8T<P4l@b5f<]5kG`<dCV7c>X6gAZ8\<U7]?V;cCX:dAZ5pIf9p=h:_9U2"#
        + #"hC\:[?T7p?f7b>T5fD\8kC_5a?S5`AT5c?[8kA]3m?`6rIc7c?[9b?V2`=[1pA`:bE[;cBZ5_AS5hBY8"#
        + #"fB[;hBV:]>V6gC^:fD\<fAW:b<U6dAW7aEY:^AV5"#

    /// The measures in tenths of a centimeter, four a flower.
    static var measures: [Int] { tenths.utf8.map { Int($0) - 35 } }

    /// The table, as from a CSV file of that name.
    public static func table() throws(KalsaeError) -> Table {
        let measures = measures
        var writer = CSVWriter()
        writer.append(columns)
        for flower in 0..<150 {
            let four = measures[(4 * flower)..<(4 * flower + 4)]
            writer.append(four.map { "\($0 / 10).\($0 % 10)" } + [species[flower / 50]])
        }
        return Table(try CSV(writer.bytes, subject: "iris", header: .present))
    }

    /// The three parts; see `DataParts`.
    public static func load(
        fractions: Split.Fractions = .standard, seed: UInt64
    ) throws(KalsaeError) -> DataParts {
        var options = TableOptions()
        options.scaling = .standard
        return try DataParts(
            table(), name: "iris", target: "species", options: options, fractions: fractions,
            seed: seed)
    }
}
