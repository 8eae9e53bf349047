#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/files.h"
#include "conformance/examination.h"
#include "conformance/rule.h"
#include "engines/common/comparison.h"
#include "engines/common/failure.h"
#include "engines/common/tensor_file.h"
#include "protocol/line.h"

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

/// A name in which nothing lies: what is read afterwards is what the engine wrote.
fs::path unused(Examination& examination, const char* name) {
    fs::path path = examination.file(name);
    fs::remove(path);
    return path;
}

std::vector<NamedTensor> outputs(Examination& examination, Conversation& conversation, const char* name) {
    const fs::path path = unused(examination, name);
    conversation.ask_for("outputs", {{"save", path.string()}});
    return read_outputs(path);
}

bool describes(const Json& entry, const NamedTensor& written) {
    return entry.value("name", Json()) == written.name && entry.value("dtype", Json()) == written.tensor.type->name &&
           entry.value("shape", Json()) == Json(written.tensor.shape);
}

/// "output", "output.0", "output.hidden.1".
bool is_outputs_name(const std::string& name) {
    return name == "output" || name.rfind("output.", 0) == 0;
}

void writes_what_it_describes(Examination& examination) {
    const fs::path path = unused(examination, "outputs.safetensors");
    const Json reply = examination.loaded().ask_for("outputs", {{"save", path.string()}});
    const Json described = parsed([&] { return required<std::vector<Json>>(reply, "tensors", "reply to outputs"); });
    const std::vector<NamedTensor> written = read_outputs(path);
    if (written.empty() && described.empty()) {
        throw NotChecked("the model gives no tensors");
    }
    if (described.size() != written.size()) {
        throw Broken(fmt::format("the reply describes {} tensors, the file has {}", described.size(), written.size()));
    }
    for (const NamedTensor& tensor : written) {
        const auto is_it = [&](const Json& entry) { return entry.is_object() && describes(entry, tensor); };
        if (std::none_of(described.begin(), described.end(), is_it)) {
            throw Broken(fmt::format("the file has \"{}\", {} of shape {}, which the reply does not describe",
                                     protocol::printable(tensor.name, 80), tensor.tensor.type->name,
                                     engine::shape_text(tensor.tensor.shape)));
        }
        if (!is_outputs_name(tensor.name)) {
            throw Broken(fmt::format("the file has \"{}\": names are \"output\", or begin with \"output.\"",
                                     protocol::printable(tensor.name, 80)));
        }
    }
}

/// Kernels that add up in another order differ in the last bits, of which types of 16 bits have few.
double most_difference(const std::vector<NamedTensor>& tensors) {
    const auto is_short = [](const NamedTensor& one) {
        return one.tensor.type->is_real && one.tensor.type->bytes == 2;
    };
    return std::any_of(tensors.begin(), tensors.end(), is_short) ? 5e-2 : 1e-3;
}

void repeats_its_outputs(Examination& examination) {
    Conversation& conversation = examination.loaded();
    const auto first = outputs(examination, conversation, "first");
    conversation.ask_for("run", {{"count", 2}});
    const auto second = outputs(examination, conversation, "second");
    try {
        const double error = engine::compare(second, first, examination.material().batch).relative_l2_error.value_or(0);
        if (error > most_difference(first)) {
            throw Broken(
                fmt::format("the same inputs give other outputs: their relative error is {:.2g} (does the "
                            "model draw random numbers?)",
                            error));
        }
    } catch (const engine::Failure& failure) {
        throw Broken(fmt::format("the same inputs give outputs of another form: {}", failure.what()));
    }
}

bool is_same(const std::vector<NamedTensor>& one, const std::vector<NamedTensor>& other) {
    return std::equal(
        one.begin(), one.end(), other.begin(), other.end(), [](const NamedTensor& a, const NamedTensor& b) {
            return a.name == b.name && a.tensor.shape == b.tensor.shape && a.tensor.bytes == b.tensor.bytes;
        });
}

/// Of real numbers: the class that is found, a whole number, may well be the same.
void follows_its_inputs(Examination& examination) {
    Conversation& conversation = examination.loaded();
    const auto first = outputs(examination, conversation, "first");
    if (std::none_of(first.begin(), first.end(), [](const NamedTensor& one) { return one.tensor.type->is_real; })) {
        throw NotChecked("the model's outputs are no real numbers");
    }
    const Json digest = conversation.ask_for("inputs", examination.inputs_request())["digest"];
    for (const std::uint64_t seed : {7, 8, 9}) {
        if (conversation.ask_for("inputs", examination.inputs_request(seed, 1))["digest"] == digest) {
            throw NotChecked("the model's inputs are the same for every seed");
        }
        if (!is_same(outputs(examination, conversation, "second"), first)) {
            return;
        }
    }
    throw Broken("inputs of four seeds give the same outputs, to the last bit (does the model use its inputs?)");
}

std::vector<fs::path> entries_below(const fs::path& folder) {
    std::vector<fs::path> entries;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        entries.push_back(entry.path());
    }
    std::sort(entries.begin(), entries.end());
    return entries;
}

/// To where a folder is, and to below what is a file.
void leaves_nothing_half_written(Examination& examination) {
    const fs::path top = examination.file("unwritable");
    fs::remove_all(top);
    fs::create_directories(top / "folder");
    write_file(top / "file", "no folder");
    const std::vector<fs::path> before = entries_below(top);
    Conversation& conversation = examination.loaded();
    for (const fs::path& path : {top / "folder", top / "file" / "outputs"}) {
        const Json reply = conversation.ask("outputs", {{"save", path.string()}});
        if (reply["reply"] != "error") {
            throw Broken(fmt::format("outputs to {} cannot be written, and are answered with no error",
                                     protocol::printable(path.filename().string(), 80)));
        }
        check_error(reply, "outputs that cannot be written", protocol::error_codes());
    }
    if (entries_below(top) != before) {
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
    const auto own = outputs(examination, conversation, "own");
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
    std::vector<NamedTensor> others = outputs(examination, conversation, "own");
    const fs::path own = examination.file("own");
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
