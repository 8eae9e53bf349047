#include "engine/arguments.h"

#include <sstream>

#include "engine/failure.h"
#include "engine/generator.h"
#include "engine/tensor_file.h"

namespace gravbench::engine {
namespace {

[[noreturn]] void fail(const std::string& message) {
    throw Failure("inputs_do_not_fit", message);
}

/// Makes values depth-first, numbering the tensors and hashing their bytes on the way.
class Maker {
  public:
    Maker(std::uint64_t seed, std::uint64_t position, bool is_channels_last)
        : seed_(seed), position_(position), is_channels_last_(is_channels_last) {}

    c10::IValue make(const Json& spec, const c10::TypePtr& wanted);
    std::uint64_t digest() const { return digest_; }

  private:
    at::Tensor tensor(const Json& spec);
    at::Tensor generated(const std::vector<std::int64_t>& shape, at::ScalarType type, const Json& values);
    c10::IValue list(const Json& items, const c10::TypePtr& wanted);
    c10::IValue dict(const Json& items, const c10::TypePtr& wanted);
    c10::IValue tuple(const Json& items, const c10::TypePtr& wanted);
    void hash(const at::Tensor& tensor);

    std::uint64_t seed_;
    std::uint64_t position_;
    bool is_channels_last_;
    std::uint64_t tensors_ = 0;
    std::uint64_t digest_ = 0xCBF29CE484222325U;
};

/// What forward declares for the elements of a list, tuple or dict; an empty one has no element to take the type from.
c10::TypePtr element_type(const c10::TypePtr& wanted, c10::TypeKind kind, std::size_t index,
                          const c10::TypePtr& otherwise) {
    if (wanted && wanted->kind() == kind && index < wanted->containedTypes().size()) {
        return wanted->containedTypes()[index];
    }
    return otherwise;
}

c10::TypePtr without_optional(const c10::TypePtr& wanted) {
    return wanted && wanted->kind() == c10::TypeKind::OptionalType ? wanted->containedTypes().at(0) : wanted;
}

c10::IValue scalar(const Json& value, const c10::TypePtr& wanted) {
    if (value.is_boolean()) {
        return value.get<bool>();
    }
    const bool wants_float = wanted && wanted->kind() == c10::TypeKind::FloatType;
    return value.is_number_integer() && !wants_float ? c10::IValue(value.get<std::int64_t>())
                                                     : c10::IValue(value.get<double>());
}

c10::IValue Maker::make(const Json& spec, const c10::TypePtr& type) {
    const c10::TypePtr wanted = without_optional(type);
    const auto kind = required<std::string>(spec, "kind", "inputs");
    if (kind == "tensor") {
        return tensor(spec);
    }
    if (kind == "scalar") {
        return scalar(required<Json>(spec, "value", "inputs"), wanted);
    }
    const Json& items = required_member(spec, "items", "inputs");
    if (kind == "list") {
        return list(items, wanted);
    }
    if (kind == "tuple") {
        return tuple(items, wanted);
    }
    if (kind == "dict") {
        return dict(items, wanted);
    }
    fail("there is no kind of argument \"" + kind + "\"");
}

c10::IValue Maker::list(const Json& items, const c10::TypePtr& wanted) {
    const c10::TypePtr element = element_type(wanted, c10::TypeKind::ListType, 0, nullptr);
    std::vector<c10::IValue> made;
    for (const Json& item : items) {
        made.push_back(make(item, element));
    }
    const c10::TypePtr actual = made.empty() ? c10::TensorType::get() : made.front().type();
    c10::impl::GenericList result(element ? element : actual);
    for (c10::IValue& value : made) {
        if (!value.type()->isSubtypeOf(*result.elementType())) {
            fail("the items of a list are " + result.elementType()->str() + ", not " + value.type()->str());
        }
        result.push_back(std::move(value));
    }
    return result;
}

c10::IValue Maker::tuple(const Json& items, const c10::TypePtr& wanted) {
    std::vector<c10::IValue> made;
    for (const Json& item : items) {
        made.push_back(make(item, element_type(wanted, c10::TypeKind::TupleType, made.size(), nullptr)));
    }
    return c10::ivalue::Tuple::create(std::move(made));
}

c10::IValue Maker::dict(const Json& items, const c10::TypePtr& wanted) {
    const c10::TypePtr element = element_type(wanted, c10::TypeKind::DictType, 1, c10::TensorType::get());
    c10::impl::GenericDict result(c10::StringType::get(), element);
    for (const auto& [key, item] : items.items()) {
        c10::IValue value = make(item, element);
        if (!value.type()->isSubtypeOf(*element)) {
            fail("the values of a dict are " + element->str() + ", not " + value.type()->str());
        }
        result.insert(key, std::move(value));
    }
    return result;
}

/// Fails where a tensor of this integer or boolean type would hold other numbers than were asked for: conversions wrap
/// and truncate without a word.
void check_fits(at::ScalarType type, const std::vector<std::int64_t>& numbers, const Json& values) {
    const at::Tensor asked = at::tensor(numbers);
    if (!asked.equal(asked.to(type).to(at::kLong))) {
        fail("values " + values.dump() + " do not fit " + dtype_name(type));
    }
}

at::Tensor constant(const std::vector<std::int64_t>& shape, at::ScalarType type, const Json& values) {
    const Json& value = values["constant"];
    if (value.is_boolean()) {
        return at::full(shape, at::Scalar(value.get<bool>()), at::TensorOptions().dtype(type));
    }
    if (at::isFloatingType(type)) {
        return at::full(shape, at::Scalar(required<double>(values, "constant", "inputs")),
                        at::TensorOptions().dtype(type));
    }
    const auto number = required<std::int64_t>(values, "constant", "inputs");
    check_fits(type, {number}, values);
    return at::full(shape, at::Scalar(number), at::TensorOptions().dtype(type));
}

at::Tensor Maker::generated(const std::vector<std::int64_t>& shape, at::ScalarType type, const Json& values) {
    const std::uint64_t stream = stream_of(seed_, position_, tensors_);
    if (at::isFloatingType(type)) {
        // Rounded once, from the double to the type asked for.
        at::Tensor tensor = at::empty(shape, at::kDouble);
        auto* const elements = tensor.data_ptr<double>();
        const auto range = required<std::vector<double>>(values, "uniform", "inputs");
        const double low = range.at(0);
        const double high = range.at(1);
        for (std::int64_t i = 0; i < tensor.numel(); ++i) {
            elements[i] = real_value(raw_value(stream, static_cast<std::uint64_t>(i)), low, high);
        }
        // bf16 and f16 are rounded from f32: that is what a deployment that casts its inputs does.
        return tensor.to(at::kFloat == type || at::kDouble == type ? type : at::kFloat).to(type);
    }
    at::Tensor tensor = at::empty(shape, at::kLong);
    auto* const elements = tensor.data_ptr<std::int64_t>();
    const auto range = required<std::vector<std::int64_t>>(values, "uniform", "inputs");
    const std::int64_t low = range.at(0);
    const std::int64_t high = range.at(1);
    check_fits(type, range, values);
    if (low > high) {
        fail("the range of values " + values.dump() + " is empty");
    }
    for (std::int64_t i = 0; i < tensor.numel(); ++i) {
        elements[i] = integer_value(raw_value(stream, static_cast<std::uint64_t>(i)), low, high);
    }
    return tensor.to(type);
}

at::Tensor from_file(const Json& values, const std::vector<std::int64_t>& shape, at::ScalarType type) {
    const auto path = values.at("file").get<std::string>();
    const auto name = values.at("tensor").get<std::string>();
    const at::Tensor tensor = read_tensor(path, name);
    if (tensor.sizes() != at::IntArrayRef(shape)) {
        std::ostringstream message;
        message << path << ": tensor \"" << name << "\" has shape " << tensor.sizes() << ", not "
                << at::IntArrayRef(shape);
        fail(message.str());
    }
    const bool is_convertible = at::isFloatingType(type) && at::isFloatingType(tensor.scalar_type());
    if (tensor.scalar_type() != type && !is_convertible) {
        fail(path + ": tensor \"" + name + "\" is " + dtype_name(tensor.scalar_type()) + ", not " + dtype_name(type));
    }
    return tensor.to(type);
}

at::Tensor Maker::tensor(const Json& spec) {
    const auto shape = required<std::vector<std::int64_t>>(spec, "shape", "inputs");
    const at::ScalarType type = scalar_type(required<std::string>(spec, "dtype", "inputs"));
    const Json& values = required_member(spec, "values", "inputs");
    at::Tensor made;
    if (values.contains("constant")) {
        made = constant(shape, type, values);
    } else if (values.contains("file")) {
        made = from_file(values, shape, type);
    } else {
        made = generated(shape, type, values);
    }
    ++tensors_;
    hash(made);
    return is_channels_last_ && made.dim() == 4 ? made.contiguous(at::MemoryFormat::ChannelsLast) : made;
}

void Maker::hash(const at::Tensor& tensor) {
    const at::Tensor contiguous = tensor.contiguous();
    const auto* const bytes = static_cast<const unsigned char*>(contiguous.data_ptr());
    for (std::size_t i = 0; i < contiguous.nbytes(); ++i) {
        digest_ = (digest_ ^ bytes[i]) * 0x100000001B3U;
    }
}

std::string given(const std::vector<c10::IValue>& values) {
    std::string text;
    for (std::size_t i = 1; i < values.size(); ++i) {
        text += (i > 1 ? ", " : "") + values[i].type()->str();
    }
    return "(" + text + ")";
}

std::string signature(const c10::FunctionSchema& schema) {
    std::ostringstream text;
    text << schema;
    return text.str();
}

}  // namespace

Arguments make_arguments(const Json& request, const c10::FunctionSchema& schema, bool is_channels_last) {
    Maker maker(required<std::uint64_t>(request, "seed", "inputs"),
                required<std::uint64_t>(request, "position", "inputs"), is_channels_last);
    const std::vector<c10::Argument>& wanted = schema.arguments();  // The first one is the module itself.
    Arguments arguments;
    std::vector<c10::IValue> with_self(1);
    try {
        for (const Json& spec : required_member(request, "arguments", "inputs")) {
            const std::size_t index = with_self.size();
            with_self.push_back(maker.make(spec, index < wanted.size() ? wanted[index].type() : nullptr));
        }
        for (std::size_t i = 1; i < with_self.size() && with_self.size() <= wanted.size(); ++i) {
            if (!with_self[i].type()->isSubtypeOf(*wanted[i].type())) {
                fail("argument " + std::to_string(i) + " is " + with_self[i].type()->str());
            }
        }
        for (std::size_t i = with_self.size(); i < wanted.size(); ++i) {
            if (!wanted[i].default_value()) {
                fail("argument \"" + wanted[i].name() + "\" is missing");
            }
        }
        if (with_self.size() > wanted.size()) {
            fail("too many arguments");
        }
    } catch (const std::exception&) {
        const Failure failure = failure_from_current("inputs_do_not_fit", "the inputs do not fit");
        throw Failure(failure.code(), std::string(failure.what()) + "; forward is " + signature(schema) +
                                          ", given were " + given(with_self));
    }
    arguments.values.assign(with_self.begin() + 1, with_self.end());
    arguments.digest = maker.digest();
    return arguments;
}

}  // namespace gravbench::engine
