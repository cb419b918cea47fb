import KalsaeSupport

/// What is told of columns, in another language: its sentences are English, as reports and models
/// have them, and are looked up piece by piece, with their numbers and quoted texts left out.
enum GuessWords {
    /// A reason, a note, or what a column becomes; pieces that are not known stay English.
    static func say(_ text: String, _ language: TextLanguage) -> String {
        guard language == .korean else { return text }
        for (kind, korean) in [("column", "열"), ("target", "목표 열")] {
            let start = "\(kind) \""
            guard text.hasPrefix(start), let end = text.dropFirst(start.count).firstIndex(of: "\"")
            else { continue }
            let name = text[text.index(text.startIndex, offsetBy: start.count)..<end]
            return "\(korean) \"\(name)\": " + pieces(String(text[text.index(end, offsetBy: 2)...]))
        }
        return pieces(text)
    }

    private static func pieces(_ text: String) -> String {
        text.split(separator: "; ").map { part in
            part.split(separator: ": ").map { piece(String($0)) }.joined(separator: ": ")
        }.joined(separator: "; ")
    }

    private static func piece(_ text: String) -> String {
        for start in ["is a date (", "dates as "] where text.hasPrefix(start) {
            let order = text.dropFirst(start.count).prefix { $0 != ")" }
            if let korean = orders[String(order)] { return korean }
        }
        for (start, end) in prefixes where text.hasPrefix(start) {
            return piece(String(text.dropFirst(start.count))) + end
        }
        for (english, korean) in endings where text.hasSuffix(english) {
            return piece(String(text.dropLast(english.count))) + korean
        }
        if let korean = DateInputs.korean[text] { return korean }
        var values: [String] = []
        let template = text.replacing(/"[^"]*"|-?[0-9]+(?:\.[0-9]+)?/) { match in
            values.append(String(match.output))
            return "#"
        }
        guard
            var korean = sentences[template] ?? sentences[template.replacing("cells", with: "cell")]
        else { return text }
        for (index, value) in values.enumerated() {
            korean = korean.replacing("{\(index + 1)}", with: value)
        }
        return korean
    }

    private static let prefixes = [
        ("becomes ", "(으)로 바꿈"), ("has classes with an order (", ""),
        ("kept, for nothing else is left, although ", ", 남은 열이 없어 씀"),
    ]

    private static let endings = [
        (" and whether it is missing", ", 결측 여부"), (", taken as missing", ", 결측으로 읽음"),
        ("), which is not used", ": 순서가 있는 클래스지만 순서는 쓰지 않음"),
        (" reads a length of time", "은 걸린 시간으로 읽음"), (" reads dates", "는 날짜로 읽음"),
        (
            " keeps the rows of each together, --drop leaves it out",
            "은 같은 것의 행을 한데 두고 --drop은 제외함"
        ),
    ]

    private static let orders = [
        "year month day": "연월일 순서의 날짜", "day month year": "일월년 순서의 날짜",
        "month day year": "월일년 순서의 날짜", "the month's name": "달 이름이 든 날짜",
        "time of day": "하루 중의 시각", "length of time": "걸린 시간",
        "several ways, day before month": "여러 꼴의 날짜(일이 먼저)",
        "several ways, month before day": "여러 꼴의 날짜(월이 먼저)",
        "seconds since 1970": "1970년부터의 초", "days since 1899-12-30": "1899-12-30부터의 날수",
    ]

    private static let sentences: [String: String] = [
        "as asked for": "지정한 대로", "it is empty": "비어 있음", "nothing": "쓰지 않음",
        "left out": "제외", "it is constant": "값이 하나뿐", "it is # or empty": "{1} 또는 빈칸",
        "is # or empty": "{1} 또는 빈칸", "whether it is missing": "결측 여부",
        "it is # or #": "{1} 또는 {2}", "one input": "입력 하나", "# inputs": "입력 {1}개",
        "all its cells are numbers": "모든 칸이 숫자", "a number": "숫자 하나",
        "# different texts in # cell": "{2}칸에 서로 다른 글 {1}가지",
        "# different texts": "서로 다른 글 {1}가지", "has # different texts": "서로 다른 글 {1}가지",
        "is free text": "자유로운 글",
        "# inputs of hashed words and parts of words": "낱말과 낱말 조각을 해시한 입력 {1}개",
        "hashed words and parts of words": "낱말과 낱말 조각의 해시",
        "numbers but for # cell of text, first # on line #": "글이 든 {1}칸(처음은 {3}번째 줄의 {2}) 말고는 숫자",
        "is numbers but for # cell of text, first # on line #":
            "글이 든 {1}칸(처음은 {3}번째 줄의 {2}) 말고는 숫자",
        "numbers but for # of text, first # on line #": "글이 든 {1}칸(처음은 {3}번째 줄의 {2}) 말고는 숫자",
        "is numbers but for # of text, first # on line #":
            "글이 든 {1}칸(처음은 {3}번째 줄의 {2}) 말고는 숫자",
        "# and the like are taken as missing": "{1} 등은 결측으로 읽음",
        "day and month may be the other way round)": "일과 월이 바뀌었을 수 있음",
        "names # things in # rows": "{2}행에 이름 {1}가지",
        "may be seconds since #, read as plain numbers": "{1}년부터의 초일 수 있지만 숫자로 읽음",
        "may be days since ###, read as plain numbers": "{1}{2}{3}부터의 날수일 수 있지만 숫자로 읽음",
        "has # in # cell, far from all others": "{2}칸에 다른 값과 동떨어진 {1}이(가) 있음",
        "--missing # takes it as missing": "--missing {1}을 주면 결측으로 읽음",
        "has letters with accents that are written in two ways (Unicode normalization), read alike":
            "두 가지로 쓴 악센트 글자(유니코드 정규화)는 하나로 읽음",
        "it says yes or no": "예 또는 아니요",
        "has other spellings of the same, read alike": "같은 것을 다르게 쓴 글은 하나로 읽음",
        "# texts are rare (below # rows, or beyond # texts) and taken together":
            "드문 글 {1}가지({2}행 미만이거나 {3}가지를 넘음)는 하나로 묶음",
        "# text is rare (below # rows, or beyond # texts) and taken together":
            "드문 글 {1}가지({2}행 미만이거나 {3}가지를 넘음)는 하나로 묶음",
        "# inputs, one of them for # rare texts together": "입력 {1}개, 그중 하나는 드문 글 {2}가지",
        "has texts that differ in capitals only, kept apart": "대소문자만 다른 글은 따로 둠",
        "has leading zeros, which make it text": "앞에 0이 있어 글로 읽음",
        "it identifies the rows": "행의 식별자", "it numbers the rows": "행의 번호",
        "# cell are numbers, # on line # is not": "{1}칸은 숫자, {3}번째 줄의 {2}은(는) 아님",
        "its numbers have several units, # on line # another than most":
            "숫자의 단위가 여럿, {2}번째 줄의 {1}이(가) 다름",
        "kept, although it may only number the rows": "행의 번호일 수 있지만 씀",
        "drop it if it does": "그렇다면 제외하세요",
        "kept, although it is the target # in other words": "목표 {1}을(를) 달리 쓴 열이지만 씀",
        "drop it if it is not known when predicting": "예측할 때 모르는 값이라면 제외하세요",
        "# is text": "{1}은(는) 글", "# has # different numbers": "{1}에 서로 다른 수 {2}개",
        "# has # different whole numbers": "{1}에 서로 다른 정수 {2}개",
        "# is written with decimals": "{1}은(는) 소수로 씀",
        "the number to predict": "예측할 숫자", "the class to predict": "예측할 클래스",
        "the weight of the row": "행의 가중치", "the group of the row": "행의 그룹",
        "has whole numbers beyond #^#, which are rounded": "2^53을 넘는 정수가 반올림됨",
        "category or drop keeps their digits": "범주로 읽거나 제외하면 그대로 둠",
    ]
}
