#include "engines/common/port.h"

#include <algorithm>

#include "engines/common/failure.h"

namespace gravbench::engine {
namespace {

/// "(input_ids: i64[-1, 128], attention_mask: i64[-1, 128])"
std::string described(const std::vector<Port>& ports) {
    std::string text;
    for (const Port& port : ports) {
        text += (text.empty() ? "" : ", ") + port.name + ": " +
                (port.type == nullptr ? "no type of the protocol" : std::string(port.type->name)) +
                (port.shape ? shape_text(*port.shape) : " of any shape");
    }
    return "(" + text + ")";
}

std::vector<const Argument*> in_order(const std::vector<Port>& ports, const std::vector<Argument>& arguments) {
    std::vector<const Argument*> named;
    for (const Port& port : ports) {
        const auto found = std::find_if(arguments.begin(), arguments.end(),
                                        [&](const Argument& argument) { return argument.name == port.name; });
        if (found != arguments.end()) {
            named.push_back(&*found);
        }
    }
    const auto nameless = std::count_if(arguments.begin(), arguments.end(),
                                        [](const Argument& argument) { return argument.name.empty(); });
    if (named.size() == ports.size() && nameless == 0) {
        return named;
    }
    std::vector<const Argument*> all;
    for (const Argument& argument : arguments) {
        all.push_back(&argument);
    }
    return all;
}

bool fits(const Port& port, const Tensor& tensor) {
    const auto allows = [](std::int64_t wanted, std::int64_t is) { return wanted < 0 || wanted == is; };
    const bool is_of_shape = !port.shape || std::equal(port.shape->begin(), port.shape->end(), tensor.shape.begin(),
                                                       tensor.shape.end(), allows);
    return port.type == tensor.type && is_of_shape;
}

bool is_of_protocol(const std::string& name) {
    return name == "output" || name.starts_with("output.");
}

}  // namespace

std::vector<const Tensor*> tensors_for(const std::vector<Port>& ports, const std::vector<Argument>& arguments) {
    const std::vector<const Argument*> chosen = in_order(ports, arguments);
    if (chosen.size() != ports.size()) {
        throw Failure("inputs_do_not_fit", "the model takes " + described(ports) + ", and there are " +
                                               std::to_string(arguments.size()) + " arguments");
    }
    std::vector<const Tensor*> tensors;
    for (std::size_t i = 0; i < chosen.size(); ++i) {
        const Tensor& tensor = tensor_of(*chosen[i]);
        if (!fits(ports[i], tensor)) {
            throw Failure("inputs_do_not_fit", "the model takes " + described(ports) + ", and \"" + ports[i].name +
                                                   "\" is " + tensor.type->name + shape_text(tensor.shape));
        }
        tensors.push_back(&tensor);
    }
    return tensors;
}

std::vector<std::string> output_names(const std::vector<std::string>& names) {
    if (std::all_of(names.begin(), names.end(), is_of_protocol)) {
        return names;
    }
    std::vector<std::string> result;
    for (std::size_t i = 0; i < names.size(); ++i) {
        result.push_back(names.size() == 1 ? "output" : "output." + std::to_string(i));
    }
    return result;
}

}  // namespace gravbench::engine
