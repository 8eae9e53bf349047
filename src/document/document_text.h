#pragma once

#include <istream>
#include <string>
#include <string_view>
#include <vector>

namespace gravbench::document {

/// Parts a document's text into its cells and the rest, while it is read: a document of 10,000 cells is never in memory
/// as a text. It looks at brackets, commas and quotes only; whether the parts are JSON is for their readers to say.
class DocumentText {
  public:
    explicit DocumentText(std::istream& stream);

    /// The text of the next element of the member "cells"; false where there is none, at the end of the text.
    /// Throws DataError, which begins with ": ", where the text ends inside of a cell.
    bool next_cell(std::string& cell);

    /// All but the cells, as far as it was read: the document with an empty list of cells.
    const std::string& head() const { return head_; }

  private:
    bool fill();
    bool read_head();
    bool read_cell(std::string& cell);
    void take_head(char c);

    std::istream& stream_;
    std::vector<char> buffer_;
    std::size_t at_ = 0;
    std::size_t end_ = 0;
    std::string head_;
    bool is_in_cells_ = false;
    bool has_cell_ = false;
    // Of the head:
    int depth_ = 0;
    bool is_in_text_ = false;
    bool is_escaped_ = false;
    std::size_t text_begin_ = 0;
    std::size_t text_end_ = 0;
    bool is_after_cells_key_ = false;
};

}  // namespace gravbench::document
