#include "engine/flatten.h"

#include <sstream>

namespace gravbench::engine {
namespace {

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
            result.emplace_back(name, value.toTensor().detach().to_dense());
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
        result.emplace_back(name, at::full({}, at::Scalar(value.toBool()), at::kBool));
    } else if (value.isInt()) {
        result.emplace_back(name, at::full({}, at::Scalar(value.toInt()), at::kLong));
    } else if (value.isDouble()) {
        result.emplace_back(name, at::full({}, at::Scalar(value.toDouble()), at::kDouble));
    } else if (value.isObject()) {
        // A named tuple or a TorchScript class: by its attributes.
        const auto object = value.toObject();
        for (std::size_t i = 0; i < object->type()->numAttributes(); ++i) {
            append(object->getSlot(i), name + "." + object->type()->getAttributeName(i), result);
        }
    }
}

}  // namespace

std::vector<NamedTensor> flatten(const c10::IValue& output) {
    std::vector<NamedTensor> result;
    append(output, "output", result);
    return result;
}

}  // namespace gravbench::engine
