/// A file that is fetched: its name, what it must be, and where it is.
package struct RemoteFile: Sendable, Equatable {
    /// Its name in the folder, and behind the address of a mirror.
    package let name: String
    /// Its length.
    package let bytes: Int
    /// Its SHA-256 checksum in hexadecimal digits.
    package let checksum: String

    /// Makes one by its parts.
    package init(_ name: String, _ bytes: Int, _ checksum: String) {
        (self.name, self.bytes, self.checksum) = (name, bytes, checksum)
    }
}

/// A data set that can be fetched: its files and the addresses that have them.
package struct RemoteSet: Sendable {
    /// Its name, as that of its folder.
    package let name: String
    /// The files.
    package let files: [RemoteFile]
    /// Addresses under which the files lie by their names, each tried in turn.
    package let mirrors: [String]
    /// Whether the files are archives, with what is needed of them.
    package let members: [String]

    /// Makes one by its parts.
    package init(
        name: String, files: [RemoteFile], mirrors: [String], members: [String] = []
    ) {
        (self.name, self.files, self.mirrors, self.members) = (name, files, mirrors, members)
    }

    /// All that are known.
    package static let all: [RemoteSet] = [mnist, fashion, cifar10, cifar100]

    private static let mnist = RemoteSet(
        name: NamedSet.mnist.rawValue,
        files: [
            RemoteFile(
                "train-images-idx3-ubyte.gz", 9_912_422,
                "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"),
            RemoteFile(
                "train-labels-idx1-ubyte.gz", 28_881,
                "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"),
            RemoteFile(
                "t10k-images-idx3-ubyte.gz", 1_648_877,
                "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"),
            RemoteFile(
                "t10k-labels-idx1-ubyte.gz", 4_542,
                "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"),
        ],
        mirrors: [
            "https://ossci-datasets.s3.amazonaws.com/mnist",
            "https://storage.googleapis.com/cvdf-datasets/mnist",
        ])

    private static let fashion = RemoteSet(
        name: NamedSet.fashionMNIST.rawValue,
        files: [
            RemoteFile(
                "train-images-idx3-ubyte.gz", 26_421_880,
                "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"),
            RemoteFile(
                "train-labels-idx1-ubyte.gz", 29_515,
                "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"),
            RemoteFile(
                "t10k-images-idx3-ubyte.gz", 4_422_102,
                "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"),
            RemoteFile(
                "t10k-labels-idx1-ubyte.gz", 5_148,
                "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"),
        ],
        mirrors: [
            "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com",
            "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion",
        ])

    private static let cifarMirrors = [
        "https://www.cs.toronto.edu/~kriz",
        "https://mindspore-website.obs.cn-north-4.myhuaweicloud.com/notebook/datasets",
    ]

    private static let cifar10 = RemoteSet(
        name: NamedSet.cifar10.rawValue,
        files: [
            RemoteFile(
                "cifar-10-binary.tar.gz", 170_052_171,
                "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd")
        ],
        mirrors: cifarMirrors, members: CIFARFiles.Kind.ten.train + [CIFARFiles.Kind.ten.test])

    private static let cifar100 = RemoteSet(
        name: NamedSet.cifar100.rawValue,
        files: [
            RemoteFile(
                "cifar-100-binary.tar.gz", 168_513_733,
                "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec")
        ],
        mirrors: cifarMirrors,
        members: CIFARFiles.Kind.hundred.train + [CIFARFiles.Kind.hundred.test])
}
