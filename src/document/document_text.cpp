#include "document/document_text.h"

#include <array>

#include "base/errors.h"

namespace gravbench::document {
namespace {

constexpr std::size_t buffer_bytes = 1 << 20;
constexpr std::string_view cells_key = "\"cells\"";

bool is_blank(char c) {
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

bool is_blank(const std::string& text) {
    return text.find_first_not_of(" \n\r\t") == std::string::npos;
}

using Characters = std::array<bool, 256>;

constexpr Characters characters(std::string_view of) {
    Characters set{};
    for (const unsigned char c : of) {
        set[c] = true;
    }
    return set;
}

/// Of a cell's characters nine in ten are digits and what stands between numbers: none that has to be looked at.
constexpr Characters parts_values = characters("\"{}[]");
constexpr Characters ends_text = characters("\"\\");

const char* find_any(const Characters& set, const char* at, const char* end) {
    while (at != end && !set[static_cast<unsigned char>(*at)]) {
        ++at;
    }
    return at;
}

/// Looks for the comma or bracket that ends an element of the list, in a text that comes in pieces.
class CellEnd {
  public:
    /// Where it is; `end` where it is not in this piece.
    const char* find(const char* at, const char* end) {
        while (at != end) {
            if (is_in_text_) {
                at = is_escaped_ ? at : find_any(ends_text, at, end);
            } else if (depth_ > 0) {
                at = find_any(parts_values, at, end);
            }
            if (at == end || take(*at)) {
                break;
            }
            ++at;
        }
        return at;
    }

  private:
    /// Whether this character is the one.
    bool take(char c) {
        if (is_in_text_) {
            is_in_text_ = is_escaped_ || c != '"';
            is_escaped_ = !is_escaped_ && c == '\\';
        } else if (c == '"') {
            is_in_text_ = true;
        } else if (c == '{' || c == '[') {
            ++depth_;
        } else if (depth_ > 0 && (c == '}' || c == ']')) {
            --depth_;
        } else {
            return depth_ == 0 && (c == ',' || c == ']');
        }
        return false;
    }

    int depth_ = 0;
    bool is_in_text_ = false;
    bool is_escaped_ = false;
};

}  // namespace

DocumentText::DocumentText(std::istream& stream) : stream_(stream), buffer_(buffer_bytes) {}

bool DocumentText::fill() {
    stream_.read(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
    at_ = 0;
    end_ = static_cast<std::size_t>(stream_.gcount());
    return end_ > 0;
}

bool DocumentText::next_cell(std::string& cell) {
    cell.clear();
    while (is_in_cells_ || read_head()) {
        if (read_cell(cell)) {
            return true;
        }
    }
    return false;
}

/// Goes on to the list of cells; false at the end of the text.
bool DocumentText::read_head() {
    while (at_ < end_ || fill()) {
        const char c = buffer_[at_++];
        if (is_after_cells_key_ && !is_blank(c)) {
            is_after_cells_key_ = false;
            if (c == '[') {
                head_ += "[]";
                is_in_cells_ = true;
                return true;
            }
        }
        take_head(c);
    }
    return false;
}

void DocumentText::take_head(char c) {
    head_ += c;
    if (is_in_text_) {
        is_in_text_ = is_escaped_ || c != '"';
        is_escaped_ = !is_escaped_ && c == '\\';
        text_end_ = head_.size();
        return;
    }
    if (c == '"') {
        is_in_text_ = true;
        text_begin_ = head_.size() - 1;
    } else if (c == '{' || c == '[') {
        ++depth_;
    } else if (c == '}' || c == ']') {
        --depth_;
    } else if (c == ':' && depth_ == 1) {
        is_after_cells_key_ = std::string_view(head_).substr(text_begin_, text_end_ - text_begin_) == cells_key;
    }
}

/// One element of the list, without what parts it from the next; false where the list was empty.
bool DocumentText::read_cell(std::string& cell) {
    CellEnd search;
    while (at_ < end_ || fill()) {
        const char* begin = buffer_.data() + at_;
        const char* end = buffer_.data() + end_;
        const char* found = search.find(begin, end);
        cell.append(begin, found);
        at_ += static_cast<std::size_t>(found - begin);
        if (found != end) {
            ++at_;
            const bool is_last = *found == ']';
            is_in_cells_ = !is_last;
            const bool is_empty_list = is_last && is_blank(cell) && !has_cell_;
            has_cell_ = true;
            return !is_empty_list;
        }
    }
    throw DataError(": damaged: the text ends inside of its cells");
}

}  // namespace gravbench::document
