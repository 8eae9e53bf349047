#include "audit/verbose_log.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

namespace gravbench::audit {
namespace {

using Pieces = std::vector<std::string_view>;

Pieces split_at(std::string_view text, char separator) {
    Pieces pieces;
    for (;;) {
        const auto at = text.find(separator);
        pieces.push_back(text.substr(0, at));
        if (at == std::string_view::npos) {
            return pieces;
        }
        text.remove_prefix(at + 1);
    }
}

bool starts_with(std::string_view text, std::string_view prefix) {
    return text.substr(0, prefix.size()) == prefix;
}

/// The whole text as a number that is not below 0.
std::optional<double> number(std::string_view text) {
    const std::string copy(text);
    char* end = nullptr;
    const bool has_digit_first = !copy.empty() && copy[0] >= '0' && copy[0] <= '9';
    const double value = has_digit_first ? std::strtod(copy.c_str(), &end) : -1;
    const bool is_whole = has_digit_first && end == copy.c_str() + copy.size();
    return is_whole && std::isfinite(value) ? std::optional<double>(value) : std::nullopt;
}

bool is_format_version(std::string_view text) {
    return text.size() > 1 && text[0] == 'v' &&
           std::all_of(text.begin() + 1, text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_data_type(std::string_view text) {
    static constexpr std::array<std::string_view, 24> types{
        "f32",     "bf16",    "f16",     "f64",     "tf32", "s32",     "s64",  "s16", "s8", "u8",    "s4",  "u4",
        "f8_e5m2", "f8_e4m3", "f4_e2m1", "f4_e3m0", "e8m0", "boolean", "bool", "s1",  "u1", "undef", "u16", "bin"};
    return std::find(types.begin(), types.end(), text) != types.end();
}

std::string joined(const Pieces& pieces, std::size_t from) {
    std::string text;
    for (std::size_t i = from; i < pieces.size(); ++i) {
        text += (text.empty() ? "" : ",") + std::string(pieces[i]);
    }
    return text;
}

/// "blocked:abcd" says a layout by its tag; other kinds ("any", "undef", "wino") are all that there is.
std::string layout_of(const Pieces& pieces, std::size_t kind) {
    if (kind >= pieces.size()) {
        return "";
    }
    const bool has_tag = pieces[kind] == "blocked" && kind + 1 < pieces.size() && !pieces[kind + 1].empty();
    return std::string(has_tag ? pieces[kind + 1] : pieces[kind]);
}

Memory parse_one_memory(std::string_view text) {
    const Pieces pieces = split_at(text, ':');
    if (pieces.size() > 1 && is_data_type(pieces[1])) {  // src:f32:a:blocked:abcd::f0
        return {std::string(pieces[0]), std::string(pieces[1]), layout_of(pieces, 3)};
    }
    // src_f32::blocked:abcd:f0, in0_bf16:0:strided:variable:... ; the type itself may hold an underscore.
    for (auto at = pieces[0].find('_'); at != std::string_view::npos; at = pieces[0].find('_', at + 1)) {
        if (is_data_type(pieces[0].substr(at + 1))) {
            return {std::string(pieces[0].substr(0, at)), std::string(pieces[0].substr(at + 1)), layout_of(pieces, 2)};
        }
    }
    return {};
}

// Functions, so that a reader that another file makes before main finds the names.
const std::vector<std::string>& primitive_fields() {
    static const std::vector<std::string> fields{
        "operation",          "engine",     "primitive", "implementation", "prop_kind",
        "memory_descriptors", "attributes", "auxiliary", "problem_desc",   "exec_time"};
    return fields;
}

const std::vector<std::string>& graph_fields() {
    static const std::vector<std::string> fields{"operation",      "engine",       "partition_id",    "partition_kind",
                                                 "op_names",       "data_formats", "logical_tensors", "fpmath_mode",
                                                 "implementation", "backend",      "exec_time"};
    return fields;
}

struct OperationName {
    std::string_view name;
    Event::Operation operation;
    Event::Cache cache;
};

const OperationName* find_operation(std::string_view name) {
    using Operation = Event::Operation;
    using Cache = Event::Cache;
    static constexpr std::array<OperationName, 10> operations{{
        {"exec", Operation::execute, Cache::unknown},
        {"create", Operation::create, Cache::unknown},
        {"create:cache_hit", Operation::create, Cache::hit},
        {"create:cache_miss", Operation::create, Cache::miss},
        // A primitive that an application had stored and brought back: oneDNN's cache had no part in it.
        {"create:from_cache_blob", Operation::create, Cache::unknown},
        {"create:persistent_cache_hit", Operation::create, Cache::hit},
        {"create_nested:cache_hit", Operation::create, Cache::hit},
        {"create_nested:cache_miss", Operation::create, Cache::miss},
        {"compile:cache_hit", Operation::create, Cache::hit},
        {"compile:cache_miss", Operation::create, Cache::miss},
    }};
    const auto* found = std::find_if(operations.begin(), operations.end(),
                                     [&](const OperationName& known) { return known.name == name; });
    return found == operations.end() ? nullptr : found;
}

/// The operations that later versions may print, none of which says that a kernel ran.
bool is_remark(std::string_view operation) {
    return starts_with(operation, "create:dispatch") || starts_with(operation, "create:check") ||
           starts_with(operation, "exec:check") || operation == "error" || operation == "warn" || operation == "info" ||
           starts_with(operation, "alloc") || starts_with(operation, "debuginfo");
}

Event::Component component_of(const std::string& name) {
    return name == "graph"     ? Event::Component::graph
           : name == "ukernel" ? Event::Component::ukernel
                               : Event::Component::primitive;
}

void set_field(Event& event, const std::string& name, std::string_view value) {
    static const std::map<std::string, std::string Event::*> texts{{"primitive", &Event::primitive},
                                                                   {"partition_kind", &Event::primitive},
                                                                   {"implementation", &Event::implementation},
                                                                   {"attributes", &Event::attributes},
                                                                   {"auxiliary", &Event::auxiliary},
                                                                   {"problem_desc", &Event::problem},
                                                                   {"op_names", &Event::problem}};
    if (const auto text = texts.find(name); text != texts.end()) {
        event.*(text->second) = std::string(value);
    } else if (name == "memory_descriptors" || name == "logical_tensors") {
        event.memory = parse_memory(value);
    }
}

std::size_t find_marker(std::string_view line) {
    return std::min(line.find("onednn_verbose,"), line.find("dnnl_verbose,"));
}

std::string_view value_after(std::string_view text, std::string_view prefix) {
    return starts_with(text, prefix) ? text.substr(prefix.size()) : std::string_view();
}

}  // namespace

std::vector<Memory> parse_memory(std::string_view field) {
    std::vector<Memory> memory;
    for (const std::string_view piece : split_at(field, ' ')) {
        Memory one = parse_one_memory(piece);
        if (!one.role.empty()) {
            memory.push_back(std::move(one));
        }
    }
    return memory;
}

LogReader::LogReader()
    : templates_{{"primitive", {primitive_fields(), false}},
                 {"ukernel", {primitive_fields(), false}},
                 {"graph", {graph_fields(), false}}} {}

Log LogReader::read(std::string_view piece) {
    Log log;
    while (!piece.empty()) {
        const auto end = piece.find('\n');
        std::string_view line = piece.substr(0, end);
        if (!line.empty() && line.back() == '\r') {
            line.remove_suffix(1);
        }
        if (end == std::string_view::npos) {
            // Cut short, even where what is there looks whole: 12.3 may have been 12.34.
            (find_marker(line) == std::string_view::npos ? log.foreign_lines : log.torn_lines) += 1;
            break;
        }
        read_line(line, log);
        piece.remove_prefix(end + 1);
    }
    return log;
}

void LogReader::read_line(std::string_view line, Log& log) {
    const auto marker = find_marker(line);
    if (marker == std::string_view::npos) {
        log.foreign_lines += line.empty() ? 0 : 1;
        return;
    }
    // A marker in the middle: two lines were written over each other, and which words are whose nobody can tell.
    if (marker != 0 || find_marker(line.substr(1 + line.find('_'))) != std::string_view::npos) {
        ++log.torn_lines;
        return;
    }
    Pieces fields = split_at(line, ',');
    std::size_t next = 1;
    const auto more = [&] { return next < fields.size(); };
    next += more() && is_format_version(fields[next]) ? 1 : 0;
    const std::optional<double> start_ms = more() ? number(fields[next]) : std::nullopt;
    next += start_ms ? 1 : 0;
    std::string component = "primitive";
    if (more() && (templates_.count(std::string(fields[next])) != 0 || fields[next] == "common")) {
        component = std::string(fields[next++]);
    }
    fields.erase(fields.begin(), fields.begin() + static_cast<std::ptrdiff_t>(next));
    if (fields.empty()) {
        ++log.torn_lines;
    } else if (fields.front() == "info") {
        read_information(component, Pieces(fields.begin() + 1, fields.end()), log);
    } else {
        read_event(component, start_ms, fields, log);
    }
}

void LogReader::read_information(const std::string& component, const Pieces& fields, Log& log) {
    if (fields.empty()) {
        ++log.torn_lines;
        return;
    }
    for (const auto& [prefix, subject] : {std::pair<std::string_view, std::string>{"template:", component},
                                          {"prim_template:", "primitive"},
                                          {"graph_template:", "graph"}}) {
        if (starts_with(fields.front(), prefix)) {
            announce(subject, fields, prefix.size(), log);
            return;
        }
    }
    for (const std::string_view product : {"oneDNN v", "DNNL v"}) {
        if (starts_with(fields.front(), product)) {
            const std::string_view rest = value_after(fields.front(), product);
            log.version = std::string(rest.substr(0, rest.find(' ')));
        }
    }
    if (fields.front() != "cpu") {
        return;
    }
    for (std::size_t i = 1; i < fields.size(); ++i) {
        if (const auto isa = value_after(fields[i], "isa:"); !isa.empty()) {
            log.isa = joined(fields, i).substr(4);
            return;
        }
        if (const auto threads = number(value_after(fields[i], "nthr:")); threads && *threads < 1e6) {
            log.threads = static_cast<int>(*threads);
        }
    }
}

void LogReader::announce(const std::string& component, const Pieces& fields, std::size_t prefix, Log& log) {
    std::vector<std::string> order;
    for (const std::string_view field : fields) {
        const std::string name(order.empty() && prefix != 0 ? field.substr(prefix) : field);
        prefix = 0;
        if (name != "timestamp") {  // It stands before the component, wherever the template has it.
            order.push_back(name);
        }
    }
    const auto has = [&](const char* name) { return std::find(order.begin(), order.end(), name) != order.end(); };
    if (has("operation") && has("implementation") && has("exec_time")) {
        templates_[component] = {order, true};
        // Kernels of this kind have no template of their own.
        if (component == "primitive") {
            templates_["ukernel"] = {order, true};
        }
    } else {
        ++log.unknown_lines;
    }
}

const std::vector<std::string>* LogReader::order_for(const std::string& component, std::size_t fields) const {
    static const std::vector<std::string> without_attributes = [] {
        std::vector<std::string> order = primitive_fields();
        order.erase(std::find(order.begin(), order.end(), "attributes"));
        return order;
    }();
    const auto found = templates_.find(component);
    if (found == templates_.end()) {
        return nullptr;
    }
    if (found->second.order.size() == fields) {
        return &found->second.order;
    }
    // DNNL 1.1 printed no attributes, and no template either.
    const bool is_oldest = !found->second.is_announced && component == "primitive";
    return is_oldest && fields == without_attributes.size() ? &without_attributes : nullptr;
}

void LogReader::read_event(const std::string& component, std::optional<double> start_ms, const Pieces& fields,
                           Log& log) {
    const auto found = templates_.find(component);
    const auto& announced = found == templates_.end() ? primitive_fields() : found->second.order;
    const auto place =
        static_cast<std::size_t>(std::find(announced.begin(), announced.end(), "operation") - announced.begin());
    if (place >= fields.size() || fields[place].empty()) {
        ++log.torn_lines;
        return;
    }
    const OperationName* operation = find_operation(fields[place]);
    if (operation == nullptr) {
        log.unknown_lines += is_remark(fields[place]) ? 0 : 1;
        return;
    }
    const std::vector<std::string>* order = order_for(component, fields.size());
    if (order == nullptr) {
        ++log.torn_lines;
        return;
    }
    Event event;
    event.component = component_of(component);
    event.operation = operation->operation;
    event.cache = operation->cache;
    event.start_ms = start_ms;
    std::optional<double> time;
    for (std::size_t i = 0; i < fields.size(); ++i) {
        if ((*order)[i] == "exec_time") {
            time = number(fields[i]);
        } else {
            set_field(event, (*order)[i], fields[i]);
        }
    }
    if (!time || event.primitive.empty()) {
        ++log.torn_lines;
        return;
    }
    event.time_ms = *time;
    log.events.push_back(std::move(event));
}

}  // namespace gravbench::audit
