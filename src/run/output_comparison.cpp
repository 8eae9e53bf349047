#include "run/output_comparison.h"

#include <new>
#include <string>
#include <vector>

#include "base/errors.h"
#include "protocol/output_comparer.h"
#include "protocol/tensor_file.h"

namespace gravbench::run {
namespace {

using protocol::StoredTensor;
using protocol::TensorFile;

/// Gives what `read` gives; what is wrong with the file is that problem.
template <typename Read>
auto or_problem(const char* problem, Read read) {
    try {
        return read();
    } catch (const DataError& error) {
        throw EngineError(problem, error.what());
    }
}

std::vector<protocol::OutputShape> shapes_of(const TensorFile& file) {
    std::vector<protocol::OutputShape> shapes;
    for (const StoredTensor& tensor : file.tensors()) {
        shapes.push_back({tensor.name, tensor.shape});
    }
    return shapes;
}

/// Of no elements where none is to be compared.
protocol::Comparison compared(const std::filesystem::path& outputs, const std::filesystem::path& reference,
                              std::int64_t batch, bool are_reals_enough) {
    constexpr const char* of_engine = "engine_garbled";
    constexpr const char* of_reference = "reference_not_readable";
    try {
        auto cell = or_problem(of_engine, [&] { return TensorFile(outputs); });
        auto wanted = or_problem(of_reference, [&] { return TensorFile(reference); });
        std::string mismatch;
        const auto partners = protocol::matched(shapes_of(cell), shapes_of(wanted), mismatch);
        if (!partners) {
            throw EngineError("outputs_do_not_match", mismatch);
        }
        protocol::OutputComparer comparer;
        for (std::size_t i = 0; i < cell.tensors().size(); ++i) {
            const StoredTensor& x = cell.tensors()[i];
            const StoredTensor& y = wanted.tensors()[partners->at(i)];
            if (are_reals_enough && !x.type->is_real) {
                continue;
            }
            const protocol::Rows rows = protocol::rows_of(x.shape, x.type->is_real, batch);
            for (std::int64_t row = 0; row < rows.count; ++row) {
                const std::int64_t from = row * rows.elements;
                const auto of_cell = or_problem(of_engine, [&] { return cell.read_doubles(x, from, rows.elements); });
                const auto of_wanted =
                    or_problem(of_reference, [&] { return wanted.read_doubles(y, from, rows.elements); });
                comparer.add_row(of_cell.data(), of_wanted.data(), rows);
            }
        }
        return comparer.result();
    } catch (const std::bad_alloc&) {
        throw EngineError("out_of_memory", outputs.string() + ": too large to be compared");
    }
}

}  // namespace

protocol::Comparison compare_files(const std::filesystem::path& outputs, const std::filesystem::path& reference,
                                   std::int64_t batch) {
    return compared(outputs, reference, batch, false);
}

std::optional<protocol::Comparison> compare_real_outputs(const std::filesystem::path& outputs,
                                                         const std::filesystem::path& other, std::int64_t batch) {
    const protocol::Comparison comparison = compared(outputs, other, batch, true);
    return comparison.elements == 0 ? std::nullopt : std::optional(comparison);
}

}  // namespace gravbench::run
