#include "engines/torch/values.h"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <sstream>

#include "engines/common/failure.h"
#include "engines/torch/cause.h"

namespace gravbench::torch_engine {
namespace {

using engine::Argument;
using engine::Failure;
using engine::NamedTensor;

/// LibTorch's types in the order of protocol::element_types().
constexpr at::ScalarType scalar_types[] = {at::kHalf, at::kBFloat16, at::kFloat, at::kDouble, at::kChar,
                                           at::kByte, at::kShort,    at::kInt,   at::kLong,   at::kBool};

[[noreturn]] void refuse(const std::string& message) {
    throw Failure("inputs_do_not_fit", message);
}

at::Tensor bound_tensor(const engine::Tensor& tensor, bool is_channels_last) {
    at::Tensor made = tensor_from(tensor);
    return is_channels_last && made.dim() == 4 ? made.contiguous(at::MemoryFormat::ChannelsLast) : made;
}

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

/// Makes the values of a call, of the types that forward declares.
class Binder {
  public:
    explicit Binder(bool is_channels_last) : is_channels_last_(is_channels_last) {}

    c10::IValue bind(const Argument& argument, const c10::TypePtr& type) const;

  private:
    c10::IValue list(const std::vector<Argument>& items, const c10::TypePtr& wanted) const;
    c10::IValue tuple(const std::vector<Argument>& items, const c10::TypePtr& wanted) const;
    c10::IValue dict(const engine::ArgumentDict& items, const c10::TypePtr& wanted) const;

    bool is_channels_last_;
};

c10::IValue Binder::bind(const Argument& argument, const c10::TypePtr& type) const {
    const c10::TypePtr wanted = without_optional(type);
    const auto& value = argument.value;
    if (const auto* const tensor = std::get_if<engine::Tensor>(&value)) {
        return bound_tensor(*tensor, is_channels_last_);
    }
    if (const auto* const items = std::get_if<engine::ArgumentList>(&value)) {
        return list(items->items, wanted);
    }
    if (const auto* const items = std::get_if<engine::ArgumentTuple>(&value)) {
        return tuple(items->items, wanted);
    }
    if (const auto* const items = std::get_if<engine::ArgumentDict>(&value)) {
        return dict(*items, wanted);
    }
    if (const auto* const number = std::get_if<std::int64_t>(&value)) {
        const bool wants_float = wanted && wanted->kind() == c10::TypeKind::FloatType;
        return wants_float ? c10::IValue(static_cast<double>(*number)) : c10::IValue(*number);
    }
    const auto* const truth = std::get_if<bool>(&value);
    return truth != nullptr ? c10::IValue(*truth) : c10::IValue(std::get<double>(value));
}

c10::IValue Binder::list(const std::vector<Argument>& items, const c10::TypePtr& wanted) const {
    const c10::TypePtr element = element_type(wanted, c10::TypeKind::ListType, 0, nullptr);
    std::vector<c10::IValue> made;
    for (const Argument& item : items) {
        made.push_back(bind(item, element));
    }
    const c10::TypePtr actual = made.empty() ? c10::TensorType::get() : made.front().type();
    c10::impl::GenericList result(element ? element : actual);
    for (c10::IValue& value : made) {
        if (!value.type()->isSubtypeOf(*result.elementType())) {
            refuse("the items of a list are " + result.elementType()->str() + ", not " + value.type()->str());
        }
        result.push_back(std::move(value));
    }
    return result;
}

c10::IValue Binder::tuple(const std::vector<Argument>& items, const c10::TypePtr& wanted) const {
    std::vector<c10::IValue> made;
    for (const Argument& item : items) {
        made.push_back(bind(item, element_type(wanted, c10::TypeKind::TupleType, made.size(), nullptr)));
    }
    return c10::ivalue::Tuple::create(std::move(made));
}

c10::IValue Binder::dict(const engine::ArgumentDict& items, const c10::TypePtr& wanted) const {
    const c10::TypePtr element = element_type(wanted, c10::TypeKind::DictType, 1, c10::TensorType::get());
    c10::impl::GenericDict result(c10::StringType::get(), element);
    for (std::size_t i = 0; i < items.keys.size(); ++i) {
        c10::IValue value = bind(items.items[i], element);
        if (!value.type()->isSubtypeOf(*element)) {
            refuse("the values of a dict are " + element->str() + ", not " + value.type()->str());
        }
        result.insert(items.keys[i], std::move(value));
    }
    return result;
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

/// Fails where a call with these, of which the first is the module itself, would.
void check_call(const std::vector<c10::IValue>& values, const std::vector<c10::Argument>& wanted) {
    if (values.size() > wanted.size()) {
        refuse("too many arguments");
    }
    for (std::size_t i = 1; i < values.size(); ++i) {
        if (!values[i].type()->isSubtypeOf(*wanted[i].type())) {
            refuse("argument " + std::to_string(i) + " is " + values[i].type()->str());
        }
    }
    for (std::size_t i = values.size(); i < wanted.size(); ++i) {
        if (!wanted[i].default_value()) {
            refuse("argument \"" + wanted[i].name() + "\" is missing");
        }
    }
}

std::string key_text(const c10::IValue& key) {
    if (key.isString()) {
        return key.toStringRef();
    }
    std::ostringstream text;
    text << key;
    return text.str();
}

void append(const c10::IValue& value, const std::string& name, std::vector<NamedTensor>& result) {
    if (value.isTensor()) {
        if (value.toTensor().defined()) {
            result.push_back({name, plain(value.toTensor())});
        }
    } else if (value.isTuple()) {
        const auto& elements = value.toTupleRef().elements();
        for (std::size_t i = 0; i < elements.size(); ++i) {
            append(elements[i], name + "." + std::to_string(i), result);
        }
    } else if (value.isList()) {
        const auto list = value.toList();
        for (std::size_t i = 0; i < list.size(); ++i) {
            append(list.get(i), name + "." + std::to_string(i), result);
        }
    } else if (value.isGenericDict()) {
        for (const auto& entry : value.toGenericDict()) {
            append(entry.value(), name + "." + key_text(entry.key()), result);
        }
    } else if (value.isBool()) {
        result.push_back({name, engine::scalar_tensor(value.toBool())});
    } else if (value.isInt()) {
        result.push_back({name, engine::scalar_tensor(value.toInt())});
    } else if (value.isDouble()) {
        result.push_back({name, engine::scalar_tensor(value.toDouble())});
    } else if (value.isObject()) {
        // A named tuple or a TorchScript class: by its attributes.
        const auto object = value.toObject();
        for (std::size_t i = 0; i < object->type()->numAttributes(); ++i) {
            append(object->getSlot(i), name + "." + object->type()->getAttributeName(i), result);
        }
    }
}

}  // namespace

at::Tensor tensor_from(const engine::Tensor& tensor) {
    at::Tensor made = at::empty(tensor.shape, scalar_types[protocol::index_of(*tensor.type)]);
    if (!tensor.bytes.empty()) {
        std::memcpy(made.data_ptr(), tensor.bytes.data(), tensor.bytes.size());
    }
    return made;
}

engine::Tensor plain(const at::Tensor& output) {
    const at::Tensor dense = output.detach().to_dense().contiguous();
    const auto* const found = std::find(std::begin(scalar_types), std::end(scalar_types), dense.scalar_type());
    if (found == std::end(scalar_types)) {
        throw Failure("inference_failed",
                      std::string("outputs of type ") + toString(dense.scalar_type()) + " are not supported");
    }
    const auto index = static_cast<std::size_t>(found - std::begin(scalar_types));
    engine::Tensor tensor = engine::zeros(protocol::element_types().at(index), dense.sizes().vec());
    if (!tensor.bytes.empty()) {
        std::memcpy(tensor.bytes.data(), dense.data_ptr(), tensor.bytes.size());
    }
    return tensor;
}

std::vector<c10::IValue> bound_values(const std::vector<Argument>& arguments, const c10::FunctionSchema& schema,
                                      bool is_channels_last) {
    const std::vector<c10::Argument>& wanted = schema.arguments();  // The first one is the module itself.
    const Binder binder(is_channels_last);
    std::vector<c10::IValue> with_self(1);
    try {
        for (const Argument& argument : arguments) {
            const std::size_t index = with_self.size();
            with_self.push_back(binder.bind(argument, index < wanted.size() ? wanted[index].type() : nullptr));
        }
        check_call(with_self, wanted);
    } catch (const std::exception&) {
        const Failure failure =
            engine::failure_from_current("inputs_do_not_fit", "the inputs do not fit", cause_of_current);
        throw Failure(failure.code(), std::string(failure.what()) + "; forward is " + signature(schema) +
                                          ", given were " + given(with_self));
    }
    // A call of the function itself, which is what is timed, does not fill them in.
    for (std::size_t i = with_self.size(); i < wanted.size(); ++i) {
        with_self.push_back(*wanted[i].default_value());
    }
    return {with_self.begin() + 1, with_self.end()};
}

std::vector<NamedTensor> flattened(const c10::IValue& output) {
    std::vector<NamedTensor> result;
    append(output, "output", result);
    return result;
}

}  // namespace gravbench::torch_engine
