# Sourced by check-gates, in its copy: planted faults of files, folders, imports and words.

# Lengths of files and sizes of folders; the copy has the scripts as well.
write() { seq "$2" | sed 's|^|// |' >"$1"; }
mkdir -p Tests/KalsaeOneTests/{A,B,C,D}
for number in {1..15}; do
    for folder in A B C D; do write Tests/KalsaeOneTests/$folder/$number.swift 110; done
done
long=Sources/KalsaeOne/Long.swift
write $long 300
expect passes "files of at most 300 lines" Scripts/check-files
write $long 301
expect fails "Long.swift: expected at most 300 lines, got 301" Scripts/check-files
rm $long
mkdir Sources/KalsaeOne/Many
for number in {1..15}; do write Sources/KalsaeOne/Many/$number.swift 110; done
touch Sources/KalsaeOne/Many/15.h
expect passes "median 110" Scripts/check-files
for number in {1..15}; do write Sources/KalsaeOne/Many/$number.swift 221; done
expect fails "expected nine of ten files within 220 lines, got 221" Scripts/check-files
for number in {1..15}; do
    for folder in A B C D; do write Tests/KalsaeOneTests/$folder/$number.swift 111; done
done
expect fails "expected a median of at most 110 lines, got 111" Scripts/check-files
write Sources/KalsaeOne/Many/16.swift 1
expect fails "KalsaeOne/Many: expected at most 15 sources beside each other, got 16" Scripts/check-files
rm -r Sources/KalsaeOne/Many Tests/KalsaeOneTests

# Arrows between targets: of the rows, of imports, and imports without use.
rows() { printf 'let rows: [Row] = [\n%s\n]\n' "$1" >Package.swift; }
one=Sources/KalsaeOne/File.swift
mkdir Sources/Kalsae{Two,Three,Four}
rows '    Row(name: "KalsaeOne"), Row(name: "KalsaeTwo", imports: ["KalsaeOne"]),
    Row(
        name: "KalsaeThree", imports: ["KalsaeTwo"]), Row(name: "KalsaeFour")'
printf 'public struct Number {\n    public var digits = 0\n}\n' >$one
echo '@_exported import KalsaeOne' >Sources/KalsaeTwo/File.swift
printf 'import KalsaeOne\nlet one = Number()\n' >Sources/KalsaeThree/File.swift
expect passes "4 rows import only what stands above them" Scripts/check-imports
printf 'public import KalsaeTwo\nlet count = one.digits\n' >Sources/KalsaeThree/File.swift
expect passes "" Scripts/check-imports
printf '@testable import KalsaeTwo\nlet two = 2  // a Number\n' >Sources/KalsaeThree/File.swift
expect fails "KalsaeThree/File.swift:1: expected a use of KalsaeTwo, got only its import" \
    Scripts/check-imports
printf 'import struct KalsaeThree.Number\nlet two = Number()\n' >$one
expect fails "KalsaeOne/File.swift:1: expected imports of rows above KalsaeOne, got KalsaeThree" \
    Scripts/check-imports
echo 'public struct Number {}' >$one
rm Sources/KalsaeThree/File.swift
printf 'import KalsaeOne\nlet one = Number()\n' >Sources/KalsaeFour/File.swift
expect fails "expected imports that the row of KalsaeFour names, got KalsaeOne" Scripts/check-imports
rm Sources/KalsaeFour/File.swift
rows '    Row(name: "KalsaeOne", imports: ["KalsaeTwo"]), Row(name: "KalsaeTwo")'
expect fails "Package.swift: expected only rows above KalsaeOne, got KalsaeTwo" Scripts/check-imports
rows ''
expect fails "expected rows in Package.swift, found none" Scripts/check-imports
rm -r Package.swift Sources/Kalsae{Two,Three,Four}

# Words that were given up: in code, in comments, as a name; plain English in comments may stay.
echo '// All that stands at one place.' >Sources/KalsaeOne/File.swift
expect passes "use the words of the glossary" Scripts/check-words
echo 'let place = 1  // of the maximum' >Sources/KalsaeOne/File.swift
expect fails 'File.swift:1: expected "index, argmax index, or position", got "place"' Scripts/check-words
echo '// Runs on the matrix unit.' >Sources/KalsaeOne/File.swift
expect fails 'File.swift:1: expected "AMX tile", got "matrix unit"' Scripts/check-words
touch Sources/KalsaeOne/Yardstick.swift
expect fails 'Yardstick.swift:1: expected "benchmark network", got "its name"' Scripts/check-words
mv Sources/KalsaeOne/Yardstick.swift Sources/KalsaeOne/Renamed.swift
echo 'typealias Yardstick = BenchmarkNetwork' >Sources/KalsaeOne/Renamed.swift
echo 'let index = 1' >$one
expect passes "1 files use the words of the glossary" Scripts/check-words
expect fails "expected files in Nowhere, found none" Scripts/check-words Nowhere
rm Sources/KalsaeOne/Renamed.swift
