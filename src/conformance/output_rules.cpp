#include <fmt/format.h>

#include <cmath>
#include <fstream>

#include "base/files.h"
#include "conformance/examination.h"
#include "conformance/rule.h"
#include "engines/common/comparison.h"
#include "engines/common/failure.h"
#include "engines/common/tensor_file.h"

namespace gravbench::conformance {
namespace {

namespace fs = std::filesystem;
using engine::NamedTensor;

std::vector<NamedTensor> read_outputs(const fs::path& path) {
    try {
        return engine::read_tensors(path.string());
    } catch (const engine::Failure& failure) {
        throw Broken(fmt::format("what outputs wrote cannot be read: {}", failure.what()));
    }
}

std::vector<NamedTensor> outputs(Conversation& conversation, const fs::path& path) {
    conversation.ask_for("outputs", {{"save", path.string()}});
    return read_outputs(path);
}

void writes_what_it_describes(Examination& examination) {
    const fs::path path = examination.file("outputs.safetensors");
    const Json reply = examination.loaded().ask_for("outputs", {{"save", path.string()}});
    const Json described = parsed([&] { return required<Json>(reply, "tensors", "reply to outputs"); });
    const std::vector<NamedTensor> written = read_outputs(path);
    if (written.empty()) {
        throw Broken("it wrote a file without a tensor");
    }
    if (described.size() != written.size()) {
        throw Broken(fmt::format("the reply describes {} tensors, the file has {}", described.size(), written.size()));
    }
    for (const auto& [name, tensor] : written) {
        const Json expected{{"name", name}, {"dtype", tensor.type->name}, {"shape", tensor.shape}};
        bool is_described = false;
        for (const Json& entry : described) {
            is_described = is_described || entry == expected;
        }
        if (!is_described) {
            throw Broken(fmt::format("the file has {}, which the reply does not describe", expected.dump()));
        }
    }
}

/// Kernels that add up in another order differ in the last bits.
constexpr double most_difference = 1e-3;

double difference(const std::vector<NamedTensor>& one, const std::vector<NamedTensor>& other, std::int64_t batch) {
    try {
        const protocol::Comparison comparison = engine::compare(one, other, batch);
        return comparison.relative_l2_error.value_or(comparison.nonfinite > 0 ? 0 : 1);
    } catch (const engine::Failure& failure) {
        throw Broken(fmt::format("outputs of the same inputs differ in form: {}", failure.what()));
    }
}

void repeats_its_outputs(Examination& examination) {
    Conversation& conversation = examination.loaded();
    const auto first = outputs(conversation, examination.file("first"));
    conversation.ask_for("run", {{"count", 2}});
    const auto second = outputs(conversation, examination.file("second"));
    const double error = difference(second, first, examination.material().batch);
    if (error > most_difference) {
        throw Broken(fmt::format("the same inputs give other outputs: their relative error is {:.2g}", error));
    }
}

void follows_its_inputs(Examination& examination) {
    Conversation& conversation = examination.loaded();
    const auto first = outputs(conversation, examination.file("first"));
    const Json others = examination.inputs_request(7, 1);
    const Json reply = conversation.ask_for("inputs", others);
    if (reply.value("digest", Json()) == conversation.ask_for("inputs", examination.inputs_request())["digest"]) {
        throw NotChecked("the model's inputs are the same for every seed");
    }
    conversation.ask_for("inputs", others);
    const auto second = outputs(conversation, examination.file("second"));
    const protocol::Comparison comparison =
        parsed([&] { return engine::compare(second, first, examination.material().batch); });
    if (comparison.max_abs_error && *comparison.max_abs_error == 0) {
        throw Broken("other inputs give the same outputs, to the last bit");
    }
}

void leaves_nothing_half_written(Examination& examination) {
    const fs::path folder = examination.file("a folder");
    fs::create_directories(folder);
    Conversation& conversation = examination.loaded();
    for (const fs::path& path : {folder, folder / "absent" / "file"}) {
        const Json reply = conversation.ask("outputs", {{"save", path.string()}});
        check_error(reply, "outputs to " + path.string(), protocol::error_codes());
    }
    if (!fs::is_empty(folder)) {
        throw Broken("outputs that could not be written left a file behind");
    }
}

/// The reply to compare; NotChecked where this engine leaves comparing to the front.
protocol::Comparison compared(Conversation& conversation, const fs::path& reference, std::int64_t batch) {
    const Json reply = conversation.ask("compare", {{"reference", reference.string()}, {"batch", batch}});
    if (reply["reply"] == "error" && reply.value("code", Json()) == "unknown_request") {
        throw NotChecked("the engine leaves comparing to the front");
    }
    if (reply["reply"] == "error") {
        throw Broken("compare with outputs of its own is answered with an error: " +
                     protocol::printable(reply.dump(), 200));
    }
    return parsed([&] { return protocol::comparison_from(reply); });
}

void check_figure(const char* name, const std::optional<double>& figure, const std::optional<double>& expected) {
    constexpr double tolerance = 1e-3;
    const bool is_close = figure.has_value() == expected.has_value() &&
                          (!figure || std::abs(*figure - *expected) <= tolerance * std::max(1.0, std::abs(*expected)));
    if (!is_close) {
        const auto text = [](const std::optional<double>& value) {
            return value ? fmt::format("{:.6g}", *value) : std::string("null");
        };
        throw Broken(fmt::format("\"{}\" is {}, and from the files it is {}", name, text(figure), text(expected)));
    }
}

/// With outputs that differ in a known way: those of its own, half as large again in each second element.
void compares_as_the_protocol_says(Examination& examination) {
    Conversation& conversation = examination.loaded();
    const std::int64_t batch = examination.material().batch;
    const auto own = outputs(conversation, examination.file("own"));
    std::vector<NamedTensor> changed = own;
    for (auto& [name, tensor] : changed) {
        if (tensor.type->is_real) {
            const auto values = protocol::as_doubles(*tensor.type, tensor.bytes.data(), tensor.elements());
            engine::fill_reals(tensor, [&](std::size_t i) { return i % 2 == 0 ? values[i] : 1.5 * values[i]; });
        }
    }
    const fs::path reference = examination.file("changed");
    engine::write_tensors(reference.string(), changed);
    const protocol::Comparison expected = engine::compare(own, changed, batch);
    const protocol::Comparison comparison = compared(conversation, reference, batch);
    check_figure("cosine_similarity", comparison.cosine_similarity, expected.cosine_similarity);
    check_figure("max_abs_error", comparison.max_abs_error, expected.max_abs_error);
    check_figure("relative_l2_error", comparison.relative_l2_error, expected.relative_l2_error);
    check_figure("top1_agreement", comparison.top1_agreement, expected.top1_agreement);
    if (comparison.elements != expected.elements || comparison.nonfinite != expected.nonfinite) {
        throw Broken(fmt::format("it counts {} elements and {} that are not finite; there are {} and {}",
                                 comparison.elements, comparison.nonfinite, expected.elements, expected.nonfinite));
    }
}

void refuses_other_references(Examination& examination) {
    Conversation& conversation = examination.loaded();
    const std::int64_t batch = examination.material().batch;
    const fs::path own = examination.file("own");
    std::vector<NamedTensor> others = outputs(conversation, own);
    compared(conversation, own, batch);  // Not checked where it does not compare.
    others.push_back({"output.of_another_model", engine::scalar_tensor(1.0)});
    const fs::path other = examination.file("other");
    engine::write_tensors(other.string(), others);
    conversation.ask_in_vain("compare", {{"reference", other.string()}, {"batch", batch}}, {"outputs_do_not_match"});
    const fs::path damaged = examination.file("damaged");
    write_file(damaged, read_file(own).substr(0, 12));
    for (const fs::path& path : {damaged, examination.file("no such file")}) {
        conversation.ask_in_vain("compare", {{"reference", path.string()}, {"batch", batch}},
                                 {"reference_not_readable"});
    }
}

}  // namespace

std::vector<Rule> output_rules() {
    return {
        {"outputs.file", "outputs writes a safetensors file of the tensors that its reply describes", true,
         writes_what_it_describes},
        {"outputs.repeat", "the same inputs give the same outputs, but for the last bits", true, repeats_its_outputs},
        {"outputs.inputs", "other inputs give other outputs", true, follows_its_inputs},
        {"outputs.unwritable", "outputs that cannot be written are an error, and leave nothing behind", true,
         leaves_nothing_half_written},
        {"compare.figures", "compare gives the figures that the front computes from files", true,
         compares_as_the_protocol_says},
        {"compare.reference", "references that do not match or cannot be read are answered with their codes", true,
         refuses_other_references},
    };
}

}  // namespace gravbench::conformance
