#pragma once

#include <map>
#include <string>
#include <vector>

#include "compare/matching.h"

namespace gravbench::compare {

/// Something in which the two sides differ beyond what is being compared, so that a difference of their figures may be
/// its doing.
struct Warning {
    std::string code;       ///< "machine", "model_file", "warmup": the check's name
    std::string message;    ///< with both values
    std::size_t cells = 0;  ///< how many pairs of cells it is about; 0 for the documents as a whole
};

/// Each message once, with the number of cells that it is about.
class Warnings {
  public:
    /// An empty message is no warning.
    void add(const std::string& code, const std::string& message, std::size_t cells);
    std::vector<Warning> take() { return std::move(warnings_); }

  private:
    std::vector<Warning> warnings_;
    std::map<std::string, std::size_t> known_;
};

/// A cell and its document.
struct Measured {
    const document::Document& document;
    const document::Cell& cell;
};

/// Every check of the guard (the tables in fairness.cpp).
std::vector<Warning> unfairness(const document::Document& base, const document::Document& other,
                                const Matches& matches);

/// The checks that hold for two machines as well: the model's file, its weights, and versions. Messages begin with
/// `sides`.
void add_unlike_models(const Measured& base, const Measured& other, const std::string& sides, Warnings& warnings);

/// In what two machines of one type differ all the same: CPU, usable CPUs, kernel, set-up. Messages begin with `sides`.
void add_unlike_machines(const machine::Machine& base, const machine::Machine& other, const std::string& sides,
                         Warnings& warnings);

/// That a document has no cells.
void add_empty(const document::Document& document, Warnings& warnings);

}  // namespace gravbench::compare
