#include "source.h"

#include <algorithm>
#include <cctype>
#include <sstream>
#include <vector>

namespace emulated {
namespace {

bool is_word(char c) { return isalnum(static_cast<unsigned char>(c)) || c == '_'; }

size_t behind_space(const std::string &text, size_t at) {
    while (at < text.size() && isspace(static_cast<unsigned char>(text[at]))) at++;
    return at;
}

/// Where the parenthesis that opens at a position is closed.
size_t closing(const std::string &text, size_t at) {
    int depth = 0;
    for (; at < text.size(); at++) {
        if (text[at] == '(') depth++;
        if (text[at] == ')' && --depth == 0) break;
    }
    return at;
}

/// The operands of `asm` in its parentheses: of each section behind a colon what stands in parentheses itself.
std::vector<std::vector<std::string>> operands(const std::string &text) {
    std::vector<std::vector<std::string>> sections;
    bool is_quoted = false;
    for (size_t at = 0; at < text.size(); at++) {
        if (text[at] == '"') is_quoted = !is_quoted;
        if (is_quoted) continue;
        if (text[at] == ':') sections.emplace_back();
        if (text[at] != '(' || sections.empty()) continue;
        const size_t end = closing(text, at);
        sections.back().push_back(text.substr(at + 1, end - at - 1));
        at = end;
    }
    return sections;
}

std::string joined(const std::vector<std::string> &words) {
    std::string result;
    for (const std::string &word : words) result += (result.empty() ? "" : ", ") + word;
    return result;
}

/// The first of some words from a position on.
size_t first_of(const std::vector<std::string> &words, const std::string &text, size_t from) {
    size_t first = std::string::npos;
    for (const std::string &word : words) {
        size_t at = text.find(word, from);
        while (at != std::string::npos
               && ((at > 0 && is_word(text[at - 1])) || is_word(text[at + word.size()])))
            at = text.find(word, at + 1);
        first = std::min(first, at);
    }
    return first;
}

/// The lines that are no directives; macros that begin kernels, or that are barriers, are noted.
std::string without_directives(
    const std::string &text, std::vector<std::string> *marks, std::vector<std::string> *barriers) {
    static const std::string define = "#define ";
    std::istringstream lines(text);
    std::string result;
    for (std::string line; std::getline(lines, line);) {
        const size_t first = line.find_first_not_of(" \t");
        if (first == std::string::npos || line[first] != '#') {
            result += line + "\n";
            continue;
        }
        if (line.compare(first, define.size(), define) != 0) continue;
        size_t end = first + define.size();
        while (end < line.size() && is_word(line[end])) end++;
        const std::string name = line.substr(first + define.size(), end - first - define.size());
        if (line.find("__global__") != std::string::npos) marks->push_back(name);
        if (line.find("__syncthreads") != std::string::npos) barriers->push_back(name);
    }
    return result;
}

}  // namespace

std::string without_asm(const std::string &text) {
    std::string result;
    size_t done = 0;
    for (size_t at = text.find("asm"); at != std::string::npos; at = text.find("asm", at + 1)) {
        static const std::string is_volatile = " volatile";
        size_t open = at + 3;
        if (text.compare(open, is_volatile.size(), is_volatile) == 0) open += is_volatile.size();
        if ((at > 0 && is_word(text[at - 1])) || open >= text.size() || text[open] != '(') continue;
        const size_t end = closing(text, open);
        const std::string inside = text.substr(open + 1, end - open - 1);
        const auto sections = operands(inside);
        const size_t first = inside.find('"'), last = inside.find(' ', first);
        // What is no instruction with results and operands is left to the compiler, which refuses it.
        if (sections.size() < 2 || first == std::string::npos || last == std::string::npos) continue;
        std::string instruction = inside.substr(first + 1, last - first - 1);
        for (char &c : instruction)
            if (!is_word(c)) c = '_';
        const std::string results = joined(sections[0]), values = joined(sections[1]);
        // One result is the function's, several are references.
        result += text.substr(done, at - done)
            + (sections[0].size() == 1 ? results + " = ptx_" + instruction + "(" + values + ")"
                                       : "ptx_" + instruction + "(" + results + ", " + values + ")");
        done = end + 1;
    }
    return result + text.substr(done);
}

std::string kernel_table(const std::string &source) {
    std::vector<std::string> marks = {"__global__"}, barriers = {"__syncthreads"};
    const std::string text = without_directives(source, &marks, &barriers);
    std::string table;
    int count = 0;
    for (size_t at = first_of(marks, text, 0); at != std::string::npos;) {
        std::string bounds = "1024", name;
        size_t body = at;
        // Words until the one in front of the parameters; a macro or an attribute has bounds instead.
        for (size_t word = at; word < text.size();) {
            size_t end = word;
            while (end < text.size() && is_word(text[end])) end++;
            if (end == word) break;
            name = text.substr(word, end - word);
            body = word = behind_space(text, end);
            if (word >= text.size() || text[word] != '(') continue;
            const bool has_bounds = name == "__launch_bounds__"
                || std::find(marks.begin(), marks.end(), name) != marks.end();
            if (!has_bounds) break;
            end = closing(text, word);
            bounds = text.substr(word + 1, end - word - 1);
            word = behind_space(text, end + 1);
        }
        const size_t next = first_of(marks, text, body), barrier = first_of(barriers, text, body);
        const bool has_barriers = barrier < next;
        table += "EMULATED_KERNEL(" + name + ", " + (has_barriers ? "1" : "0") + ", " + bounds + "),\n";
        count++;
        at = next;
    }
    return "static const emulated::Kernel emulated_kernels[] = {\n" + table
        + "{nullptr, nullptr, nullptr, nullptr, 0, 0}};\n"
        + "extern \"C\" __attribute__((visibility(\"default\"))) const emulated::Module emulated_module = "
        + "{&threadIdx, &blockIdx, &blockDim, &gridDim, &emulated::barrier, emulated_kernels, "
        + std::to_string(count) + "};\n";
}

}  // namespace emulated
