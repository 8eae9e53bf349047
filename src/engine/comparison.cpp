#include "engine/comparison.h"

#include <string>

#include "engine/failure.h"
#include "protocol/output_comparer.h"

namespace gravbench::engine {
namespace {

std::vector<protocol::OutputShape> shapes_of(const std::vector<NamedTensor>& tensors) {
    std::vector<protocol::OutputShape> shapes;
    for (const auto& [name, tensor] : tensors) {
        shapes.push_back({name, tensor.sizes().vec()});
    }
    return shapes;
}

void add(protocol::OutputComparer& comparer, const at::Tensor& cell, const at::Tensor& reference, std::int64_t batch) {
    const protocol::Rows rows = protocol::rows_of(cell.sizes().vec(), at::isFloatingType(cell.scalar_type()), batch);
    const at::Tensor cell_rows = cell.reshape({rows.count, rows.elements});
    const at::Tensor reference_rows = reference.reshape({rows.count, rows.elements});
    for (std::int64_t row = 0; row < rows.count; ++row) {
        const at::Tensor x = cell_rows[row].to(at::kDouble).contiguous();
        const at::Tensor y = reference_rows[row].to(at::kDouble).contiguous();
        comparer.add_row(x.data_ptr<double>(), y.data_ptr<double>(), rows);
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
        add(comparer, outputs[i].second, reference[partners->at(i)].second, batch);
    }
    return comparer.result();
}

}  // namespace gravbench::engine
