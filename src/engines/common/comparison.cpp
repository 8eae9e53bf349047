#include "engines/common/comparison.h"

#include <string>

#include "engines/common/failure.h"
#include "protocol/output_comparer.h"

namespace gravbench::engine {
namespace {

std::vector<protocol::OutputShape> shapes_of(const std::vector<NamedTensor>& tensors) {
    std::vector<protocol::OutputShape> shapes;
    for (const auto& [name, tensor] : tensors) {
        shapes.push_back({name, tensor.shape});
    }
    return shapes;
}

std::vector<double> row_of(const Tensor& tensor, const protocol::Rows& rows, std::int64_t row) {
    const auto elements = static_cast<std::size_t>(rows.elements);
    const std::size_t begin = static_cast<std::size_t>(row) * elements * tensor.type->bytes;
    return protocol::as_doubles(*tensor.type, tensor.bytes.data() + begin, elements);
}

void add(protocol::OutputComparer& comparer, const Tensor& cell, const Tensor& reference, std::int64_t batch) {
    const protocol::Rows rows = protocol::rows_of(cell.shape, cell.type->is_real, batch);
    for (std::int64_t row = 0; row < rows.count; ++row) {
        comparer.add_row(row_of(cell, rows, row).data(), row_of(reference, rows, row).data(), rows);
    }
}

}  // namespace

protocol::Comparison compare(const std::vector<NamedTensor>& outputs, const std::vector<NamedTensor>& reference,
                             std::int64_t batch) {
    std::string mismatch;
    const auto partners = protocol::matched(shapes_of(outputs), shapes_of(reference), mismatch);
    if (!partners) {
        throw Failure("outputs_do_not_match", mismatch);
    }
    protocol::OutputComparer comparer;
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        add(comparer, outputs[i].tensor, reference[partners->at(i)].tensor, batch);
    }
    return comparer.result();
}

}  // namespace gravbench::engine
