import CKalsaeLessonTexts

/// Names of checked numbers for readers: those of reports are English, as JSON has them.
enum NumberNames {
    /// The name in a language; the English one where there is no other.
    static func name(_ english: String, _ language: LessonLanguage) -> String {
        guard language == .korean else { return english }
        let (template, numbers) = template(of: english)
        guard let korean = korean[template] else { return english }
        var (name, next) = ("", 0)
        for character in korean {
            if character == "#", next < numbers.count {
                name += numbers[next]
                next += 1
            } else {
                name.append(character)
            }
        }
        return name
    }

    /// A name with `#` for each number, and the numbers.
    private static func template(of name: String) -> (template: String, numbers: [String]) {
        let characters = Array(name)
        var (template, numbers, index) = ("", [String](), 0)
        func isDigit(_ position: Int) -> Bool {
            characters.indices.contains(position) && "0"..."9" ~= characters[position]
        }
        func isOne(_ position: Int, of marks: String) -> Bool {
            characters.indices.contains(position) && marks.contains(characters[position])
        }
        while index < characters.count {
            guard isDigit(index) || isOne(index, of: "-") && isDigit(index + 1) else {
                template.append(characters[index])
                index += 1
                continue
            }
            let start = index
            index += 1
            while isDigit(index) { index += 1 }
            if isOne(index, of: "."), isDigit(index + 1) {
                index += 1
                while isDigit(index) { index += 1 }
            }
            if isOne(index, of: "e"), isDigit(index + (isOne(index + 1, of: "-") ? 2 : 1)) {
                index += 2
                while isDigit(index) { index += 1 }
            }
            numbers.append(String(characters[start..<index]))
            template.append("#")
        }
        return (template, numbers)
    }

    private static let korean: [String: String] = {
        var names: [String: String] = [:]
        for line in String(cString: kalsae_lesson_number_names()).split(separator: "\n") {
            let parts = line.split(separator: " = ")
            // The formula `s = .#` holds the sign too: then both halves have two parts.
            guard parts.count >= 2, parts.count % 2 == 0 else { continue }
            let half = parts.count / 2
            names[parts[..<half].joined(separator: " = ")] =
                parts[half...].joined(separator: " = ")
        }
        return names
    }()
}
