#include "engines/common/argument.h"

#include <algorithm>
#include <cmath>

#include "engines/common/failure.h"
#include "engines/common/generator.h"
#include "engines/common/tensor_file.h"

namespace gravbench::engine {
namespace {

using protocol::ElementType;

[[noreturn]] void refuse(const std::string& message) {
    throw Failure("inputs_do_not_fit", message);
}

void check_fits(const ElementType& type, const std::vector<std::int64_t>& numbers, const Json& values) {
    if (!std::all_of(numbers.begin(), numbers.end(), [&](std::int64_t number) { return holds(type, number); })) {
        refuse("values " + values.dump() + " do not fit " + type.name);
    }
}

void fill_constant(Tensor& tensor, const Json& values) {
    const Json& value = values["constant"];
    if (!tensor.type->is_real) {
        const std::int64_t number =
            value.is_boolean() ? std::int64_t{value.get<bool>()} : required<std::int64_t>(values, "constant", "inputs");
        check_fits(*tensor.type, {number}, values);
        fill_integers(tensor, [&](std::size_t) { return number; });
        return;
    }
    const double number =
        value.is_boolean() ? static_cast<double>(value.get<bool>()) : required<double>(values, "constant", "inputs");
    Tensor one = zeros(*tensor.type, {});
    fill_reals(one, [&](std::size_t) { return number; });
    if (!std::isfinite(protocol::as_doubles(*one.type, one.bytes.data(), 1).front())) {
        refuse("values " + values.dump() + " do not fit " + tensor.type->name);
    }
    fill_reals(tensor, [&](std::size_t) { return number; });
}

template <typename Number>
struct Range {
    Number low;
    Number high;
};

template <typename Number>
Range<Number> uniform_range(const Json& values) {
    const auto range = required<std::vector<Number>>(values, "uniform", "inputs");
    if (range.size() != 2) {
        refuse("\"uniform\" has two numbers, not " + values.dump());
    }
    return {range[0], range[1]};
}

void fill_uniform(Tensor& tensor, const Json& values, std::uint64_t stream) {
    if (tensor.type->is_real) {
        const auto range = uniform_range<double>(values);
        fill_reals(tensor, [&](std::size_t i) { return real_value(raw_value(stream, i), range.low, range.high); });
        return;
    }
    const auto range = uniform_range<std::int64_t>(values);
    check_fits(*tensor.type, {range.low, range.high}, values);
    if (range.low > range.high) {
        refuse("the range of values " + values.dump() + " is empty");
    }
    fill_integers(tensor, [&](std::size_t i) { return integer_value(raw_value(stream, i), range.low, range.high); });
}

/// A file of inputs that cannot be read is no unreadable reference, which is another error of the protocol.
Tensor stored_tensor(const std::string& path, const std::string& name) {
    try {
        return read_tensor(path, name);
    } catch (const Failure& failure) {
        if (failure.code() != "reference_not_readable") {
            throw;
        }
        refuse(failure.what());
    }
}

Tensor from_file(const Json& values, const ElementType& type, const std::vector<std::int64_t>& shape) {
    const auto path = required<std::string>(values, "file", "inputs");
    const auto name = required<std::string>(values, "tensor", "inputs");
    Tensor stored = stored_tensor(path, name);
    const std::string where = path + ": tensor \"" + name + "\"";
    if (stored.shape != shape) {
        refuse(where + " has shape " + shape_text(stored.shape) + ", not " + shape_text(shape));
    }
    if (stored.type == &type) {
        return stored;
    }
    if (!type.is_real || !stored.type->is_real) {
        refuse(where + " is " + stored.type->name + ", not " + type.name);
    }
    Tensor tensor = zeros(type, shape);
    const std::vector<double> elements = protocol::as_doubles(*stored.type, stored.bytes.data(), stored.elements());
    fill_reals(tensor, [&](std::size_t i) { return elements[i]; });
    return tensor;
}

/// Makes values depth-first, numbering the tensors and hashing their bytes on the way.
class Maker {
  public:
    Maker(std::uint64_t seed, std::uint64_t position) : seed_(seed), position_(position) {}

    Argument make(const Json& spec);
    std::uint64_t digest() const { return digest_; }

  private:
    Tensor tensor(const Json& spec);
    std::vector<Argument> items(const Json& spec);
    void hash(const Tensor& tensor);

    std::uint64_t seed_;
    std::uint64_t position_;
    std::uint64_t tensors_ = 0;
    std::uint64_t digest_ = 0xCBF29CE484222325U;
};

decltype(Argument::value) scalar(const Json& value) {
    if (value.is_boolean()) {
        return value.get<bool>();
    }
    if (fits<std::int64_t>(value)) {
        return value.get<std::int64_t>();
    }
    if (!value.is_number()) {
        refuse("the scalar " + value.dump() + " is no number and no boolean");
    }
    return value.get<double>();
}

Argument Maker::make(const Json& spec) {
    const auto kind = required<std::string>(spec, "kind", "inputs");
    Argument made{optional_member<std::string>(spec, "name", "", "inputs"), false};
    if (kind == "tensor") {
        made.value = tensor(spec);
    } else if (kind == "scalar") {
        made.value = scalar(required_member(spec, "value", "inputs"));
    } else if (kind == "list") {
        made.value = ArgumentList{items(spec)};
    } else if (kind == "tuple") {
        made.value = ArgumentTuple{items(spec)};
    } else if (kind == "dict") {
        ArgumentDict dict;
        for (const auto& [key, item] : required_member(spec, "items", "inputs").items()) {
            dict.keys.push_back(key);
            dict.items.push_back(make(item));
        }
        made.value = std::move(dict);
    } else {
        refuse("there is no kind of argument \"" + kind + "\"");
    }
    return made;
}

std::vector<Argument> Maker::items(const Json& spec) {
    std::vector<Argument> made;
    for (const Json& item : required_member(spec, "items", "inputs")) {
        made.push_back(make(item));
    }
    return made;
}

Tensor Maker::tensor(const Json& spec) {
    const auto shape = required<std::vector<std::int64_t>>(spec, "shape", "inputs");
    const ElementType& type = element_type(required<std::string>(spec, "dtype", "inputs"));
    const Json& values = required_member(spec, "values", "inputs");
    Tensor made;
    if (values.contains("file")) {
        made = from_file(values, type, shape);
    } else {
        made = zeros(type, shape);
        if (values.contains("constant")) {
            fill_constant(made, values);
        } else {
            fill_uniform(made, values, stream_of(seed_, position_, tensors_));
        }
    }
    ++tensors_;
    hash(made);
    return made;
}

void Maker::hash(const Tensor& tensor) {
    for (const std::byte byte : tensor.bytes) {
        digest_ = (digest_ ^ std::to_integer<std::uint64_t>(byte)) * 0x100000001B3U;
    }
}

}  // namespace

Arguments make_arguments(const Json& request) {
    Maker maker(required<std::uint64_t>(request, "seed", "inputs"),
                required<std::uint64_t>(request, "position", "inputs"));
    const Json& specs = required_member(request, "arguments", "inputs");
    Arguments arguments;
    try {
        for (const Json& spec : specs) {
            arguments.values.push_back(maker.make(spec));
        }
    } catch (const Failure&) {
        throw;
    } catch (const std::exception&) {
        throw failure_from_current("inputs_do_not_fit", "the inputs do not fit");
    }
    arguments.digest = maker.digest();
    return arguments;
}

const Tensor& tensor_of(const Argument& argument) {
    const auto* const tensor = std::get_if<Tensor>(&argument.value);
    if (tensor == nullptr) {
        refuse("input \"" + argument.name + "\" is no tensor; this engine's models take nothing else");
    }
    return *tensor;
}

}  // namespace gravbench::engine
