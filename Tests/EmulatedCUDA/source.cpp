#include "source.h"

#include <cctype>
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

/// What stands in the parentheses behind each of the colons of `asm`.
std::vector<std::string> operands(const std::string &text) {
    std::vector<std::string> found;
    for (size_t at = text.find(':'); at != std::string::npos; at = text.find(':', at + 1)) {
        const size_t open = text.find('(', at);
        if (open == std::string::npos) break;
        found.push_back(text.substr(open + 1, closing(text, open) - open - 1));
    }
    return found;
}

}  // namespace

std::string without_asm(const std::string &text) {
    std::string result;
    size_t done = 0;
    for (size_t at = text.find("asm("); at != std::string::npos; at = text.find("asm(", at + 1)) {
        if (at > 0 && is_word(text[at - 1])) continue;
        const size_t end = closing(text, at + 3);
        const std::string inside = text.substr(at + 4, end - at - 4);
        const std::vector<std::string> names = operands(inside);
        const size_t first = inside.find('"'), last = inside.find(' ', first);
        // What is no instruction of two operands is left to the compiler, which refuses it.
        if (names.size() != 2 || first == std::string::npos || last == std::string::npos) continue;
        std::string instruction = inside.substr(first + 1, last - first - 1);
        for (char &c : instruction)
            if (!is_word(c)) c = '_';
        result += text.substr(done, at - done) + names[0] + " = ptx_" + instruction + "(" + names[1] + ")";
        done = end + 1;
    }
    return result + text.substr(done);
}

std::string kernel_table(const std::string &text) {
    static const std::string mark = "__global__", limit = "__launch_bounds__";
    std::string table;
    int count = 0;
    for (size_t at = text.find(mark); at != std::string::npos;) {
        const size_t next = text.find(mark, at + 1);
        std::string bounds = "1024", name;
        // Words until the one in front of the parameters.
        for (size_t word = behind_space(text, at + mark.size()); word < text.size();) {
            size_t end = word;
            while (end < text.size() && is_word(text[end])) end++;
            if (end == word) break;
            name = text.substr(word, end - word);
            word = behind_space(text, end);
            if (word >= text.size() || text[word] != '(') continue;
            if (name != limit) break;
            end = closing(text, word);
            bounds = text.substr(word + 1, end - word - 1);
            word = behind_space(text, end + 1);
        }
        const size_t barrier = text.find("__syncthreads", at);
        const bool has_barriers = barrier != std::string::npos && barrier < next;
        table += "EMULATED_KERNEL(" + name + ", " + (has_barriers ? "1" : "0") + ", " + bounds + "),\n";
        count++;
        at = next;
    }
    return "static const emulated::Kernel emulated_kernels[] = {\n" + table
        + "{nullptr, nullptr, nullptr, nullptr, 0, 0}};\n"
        + "extern \"C\" __attribute__((visibility(\"default\"))) const emulated::Module emulated_module = {&threadIdx, &blockIdx, &blockDim, &gridDim, "
        + "&emulated::barrier, emulated_kernels, " + std::to_string(count) + "};\n";
}

}  // namespace emulated
