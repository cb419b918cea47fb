/// The path of a file in the folder `Vectors` beside this file.
func vectors(_ name: String) -> String {
    "/" + #filePath.split(separator: "/").dropLast().joined(separator: "/") + "/Vectors/" + name
}
