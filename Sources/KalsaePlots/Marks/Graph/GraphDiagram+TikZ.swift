extension GraphDiagram {
    /// The diagram as a picture of LaTeX's TikZ: nodes where a drawing has them, what goes forward in
    /// blue above the arcs, what comes back in red below.
    ///
    /// Signs of mathematics stand in math mode. Letters beyond ASCII and Greek want XeLaTeX or
    /// LuaLaTeX with a font that has them. Empty for a diagram that cannot be drawn.
    public var tikz: String {
        let pairs = arcs.map { ($0.from, $0.to) }
        guard (try? check()) != nil, let graph = LayeredGraph(count: nodes.count, arcs: pairs)
        else {
            return ""
        }
        let down = 1.4 + 0.4 * Double(nodes.map(\.detail.graphLines.count).max() ?? 0)
        func place(_ node: Int) -> String {
            let y = -graph.offsets[node] * down
            return "(\(graph.layerOf[node] * 4), \((y * 100).rounded() / 100 + 0))"
        }
        var lines = [
            "% \\usepackage{tikz}",
            "\\begin{tikzpicture}[>=stealth, every node/.style={font=\\small, align=center}]",
        ]
        for (index, node) in nodes.enumerated() {
            let shape =
                node.isOperation && node.detail.isEmpty
                ? "circle" : node.isOperation ? "rectangle, rounded corners" : "rectangle"
            let text = ([node.label] + node.detail.graphLines).map(\.inTeX)
            lines.append(
                "  \\node[draw, \(shape)] (n\(index)) at \(place(index)) "
                    + "{\(text.joined(separator: " \\\\ "))};")
        }
        for (arc, path) in zip(arcs, graph.paths) {
            let sides = [("above, blue", arc.forward), ("below, red", arc.backward)]
            let texts = sides.filter { !$0.1.isEmpty }.map { side, text in
                " node[pos=0.4, \(side)] "
                    + "{\(text.graphLines.map(\.inTeX).joined(separator: " \\\\ "))}"
            }
            let bends = path.dropFirst().dropLast().map { " -- \(place($0))" }
            // The numbers stand on the first part.
            let first = bends.first ?? " -- (n\(arc.to))"
            let rest = bends.isEmpty ? "" : bends.dropFirst().joined() + " -- (n\(arc.to))"
            lines.append(
                "  \\draw[->] (n\(arc.from))\(first)\(texts.joined())\(rest);")
        }
        lines.append("\\end{tikzpicture}")
        return lines.joined(separator: "\n") + "\n"
    }
}

extension String {
    /// The text for LaTeX: signs of mathematics in math mode, and no character with a meaning of its
    /// own.
    fileprivate var inTeX: String {
        var text = ""
        // Digits above or below the line stand together: `10$^{-12}$`.
        var raised: (sign: String, digits: String)?
        func end() {
            if let raised { text += "$\(raised.sign){\(raised.digits)}$" }
            raised = nil
        }
        for character in label(most: 200) {
            if let (sign, digit) = TeXSigns.raised[character] {
                if raised?.sign != sign { end() }
                raised = (sign, (raised?.digits ?? "") + digit)
            } else {
                end()
                text += TeXSigns.texts[character] ?? String(character)
            }
        }
        end()
        return text
    }
}

private enum TeXSigns {
    static let texts: [Character: String] = {
        var texts: [Character: String] = [
            "\\": "\\textbackslash{}", "{": "\\{", "}": "\\}", "$": "\\$", "&": "\\&", "#": "\\#",
            "%": "\\%", "_": "\\_", "^": "\\^{}", "~": "\\textasciitilde{}", "…": "\\ldots{}",
        ]
        for sign in "-<>|+=/*" { texts[sign] = "$\(sign)$" }
        let commands: [Character: String] = [
            "−": "-", "×": "\\times", "÷": "\\div", "·": "\\cdot", "±": "\\pm", "∞": "\\infty",
            "∂": "\\partial", "∇": "\\nabla", "Σ": "\\Sigma", "∑": "\\sum", "√": "\\sqrt{}",
            "≤": "\\le", "≥": "\\ge", "≠": "\\ne", "≈": "\\approx", "→": "\\to", "←": "\\gets",
            "′": "'", "½": "\\frac12", "Δ": "\\Delta", "Γ": "\\Gamma",
            "Θ": "\\Theta", "Λ": "\\Lambda", "Ξ": "\\Xi", "Π": "\\Pi", "Φ": "\\Phi", "Ψ": "\\Psi",
            "Ω": "\\Omega", "α": "\\alpha", "β": "\\beta", "γ": "\\gamma", "δ": "\\delta",
            "ε": "\\varepsilon", "ζ": "\\zeta", "η": "\\eta", "θ": "\\theta", "ι": "\\iota",
            "κ": "\\kappa", "λ": "\\lambda", "μ": "\\mu", "ν": "\\nu", "ξ": "\\xi", "π": "\\pi",
            "ρ": "\\rho", "σ": "\\sigma", "τ": "\\tau", "υ": "\\upsilon", "φ": "\\varphi",
            "χ": "\\chi", "ψ": "\\psi", "ω": "\\omega", "µ": "\\mu", "°": "^\\circ",
        ]
        for (sign, command) in commands { texts[sign] = "$\(command)$" }
        return texts
    }()

    /// Digits above and below the line.
    static let raised: [Character: (sign: String, digit: String)] = {
        var raised: [Character: (sign: String, digit: String)] = ["⁻": ("^", "-")]
        for (sign, digit) in zip("⁰¹²³⁴⁵⁶⁷⁸⁹", 0...9) { raised[sign] = ("^", "\(digit)") }
        for (sign, digit) in zip("₀₁₂₃₄₅₆₇₈₉", 0...9) { raised[sign] = ("_", "\(digit)") }
        return raised
    }()
}
