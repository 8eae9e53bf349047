#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "protocol/element_type.h"

namespace gravbench::engine {

/// A tensor as plain bytes: row by row, without gaps, in this machine's byte order. What goes into a library's own
/// tensors, and what comes out of them.
struct Tensor {
    const protocol::ElementType* type = nullptr;
    std::vector<std::int64_t> shape;
    std::vector<std::byte> bytes;

    std::size_t elements() const { return bytes.size() / type->bytes; }
};

struct NamedTensor {
    std::string name;
    Tensor tensor;
};

/// The type of the protocol's name ("f32"). Throws Failure inputs_do_not_fit for one that it does not have.
const protocol::ElementType& element_type(const std::string& dtype);

/// Of zeros. Throws Failure: inputs_do_not_fit where there is no such shape, out_of_memory where it is too large.
Tensor zeros(const protocol::ElementType& type, const std::vector<std::int64_t>& shape);

/// "[1, 3, 224, 224]", for messages.
std::string shape_text(const std::vector<std::int64_t>& shape);

/// A number or truth value that a model takes or gives, as a tensor without dimensions.
Tensor scalar_tensor(double value);
Tensor scalar_tensor(std::int64_t value);
Tensor scalar_tensor(bool value);

/// Whether each of a type's elements holds this number as it is. Only of types that are not real.
bool holds(const protocol::ElementType& type, std::int64_t value);

/// Gives each element of an integer or boolean tensor its value, which holds() must allow.
void fill_integers(Tensor& tensor, const std::function<std::int64_t(std::size_t index)>& value);

/// Gives each element of a real tensor its value, rounded to the nearest: f16 and bf16 from the rounded f32, which is
/// what a deployment that casts its inputs does.
void fill_reals(Tensor& tensor, const std::function<double(std::size_t index)>& value);

}  // namespace gravbench::engine
