#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gravbench::audit {

/// One tensor of a kernel as the log describes it.
struct Memory {
    std::string role;       ///< "src", "wei", "bia", "dst", ...; "in0", "out0" in graph lines
    std::string data_type;  ///< "f32", "bf16", ...; "undef" where the kernel has none
    std::string layout;     ///< "acdb"; "any", "undef" where there is none
};

/// One line of the log: something was created or executed.
struct Event {
    enum class Component { primitive, graph, ukernel };
    enum class Operation { create, execute };
    enum class Cache { unknown, hit, miss };

    Component component = Component::primitive;
    Operation operation = Operation::execute;
    Cache cache = Cache::unknown;
    std::string primitive;  ///< "convolution"; of a graph line, the kind of partition
    std::string implementation;
    std::vector<Memory> memory;
    std::string attributes;
    std::string auxiliary;
    std::string problem;  ///< of a graph line, the names of its operations
    double time_ms = 0;
    std::optional<double> start_ms;  ///< where the log has timestamps
};

/// What a log says, as far as it could be read. Nothing is guessed: a line that is not whole counts as torn, one of a
/// kind that this reader does not know as unknown.
struct Log {
    std::string version;  ///< "3.12.0"; empty where the log does not say
    std::string isa;      ///< "Intel AVX-512 with ..."
    int threads = 0;      ///< 0 where the log does not say
    std::vector<Event> events;
    int unknown_lines = 0;
    int torn_lines = 0;
    int foreign_lines = 0;  ///< not oneDNN's: what the model or engine printed
};

/// Reads oneDNN's verbose log (docs/audit.md has the formats): `dnnl_verbose` of 1.x and 2.x, `onednn_verbose` of 2.x,
/// and of 3.x without a format version, as v0 and as v1, with primitive, graph and ukernel lines. Fields are taken in
/// the order that the log's own template line announces, else in the order that this format has by default.
/// A log may be read in pieces, as a launch's phases write it: a template announced in one is good for the next.
class LogReader {
  public:
    LogReader();
    /// What a further piece says. It should end with a newline: an unfinished last line is torn.
    Log read(std::string_view piece);

  private:
    struct Fields {
        std::vector<std::string> order;
        bool is_announced = false;
    };
    using Pieces = std::vector<std::string_view>;
    void read_line(std::string_view line, Log& log);
    void read_information(const std::string& component, const Pieces& fields, Log& log);
    void announce(const std::string& component, const Pieces& fields, std::size_t prefix, Log& log);
    void read_event(const std::string& component, std::optional<double> start_ms, const Pieces& fields, Log& log);
    const std::vector<std::string>* order_for(const std::string& component, std::size_t fields) const;

    std::map<std::string, Fields> templates_;
};

/// The memory descriptors of one field, as every format writes them: "src_f32::blocked:abcd:f0" of 2.x,
/// "src:f32:a:blocked:abcd::f0" of 3.x.
std::vector<Memory> parse_memory(std::string_view field);

}  // namespace gravbench::audit
