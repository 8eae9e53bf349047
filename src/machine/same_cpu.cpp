#include <algorithm>
#include <cctype>
#include <iterator>
#include <map>
#include <set>
#include <sstream>

#include "machine/machine.h"

namespace gravbench::machine {
namespace {

using Words = std::set<std::string>;

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

void erase_all(std::string& text, const std::string& what) {
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what)) {
        text.replace(at, what.size(), " ");
    }
}

/// One name for what the same instructions run on.
std::string architecture_family(const std::string& arch) {
    static const std::map<std::string, std::string> families{{"amd64", "x86_64"},  {"i386", "x86_64"},
                                                             {"i586", "x86_64"},   {"i686", "x86_64"},
                                                             {"arm64", "aarch64"}, {"armv8l", "aarch64"}};
    const std::string name = lower(arch);
    const auto found = families.find(name);
    return found == families.end() ? name : found->second;
}

/// The Arm designs that a name speaks of, as "neoverse v1": "Neoverse-V1" and "ARM Neoverse V1 (Graviton3)" both do. A
/// name by number ("Arm implementer 0x41 part 0xfff") or by product alone ("Graviton3") speaks of none.
Words arm_cores_named_in(const std::string& cpu) {
    std::string spaced = lower(cpu);
    const auto is_separator = [](unsigned char c) { return std::isalnum(c) == 0; };
    std::replace_if(spaced.begin(), spaced.end(), is_separator, ' ');
    std::istringstream stream(spaced);
    Words found;
    std::string model;
    for (std::string word; stream >> word;) {
        if ((word == "neoverse" || word == "cortex") && stream >> model) {
            found.insert(word + " " + model);
        }
    }
    return found;
}

/// The words of an x86 brand string that tell CPUs apart; empty where it is none. Libraries shorten the string that the
/// CPU gives: "Intel(R) Xeon(R) Platinum 8375C CPU @ 2.90GHz" is "Intel Xeon Platinum 8375C" in pytorch/cpuinfo.
Words brand_words(const std::string& cpu) {
    std::string brand = lower(cpu.substr(0, cpu.find('@')));
    for (const char* trademark : {"(r)", "(tm)"}) {
        erase_all(brand, trademark);
    }
    std::istringstream stream(brand);
    Words words{std::istream_iterator<std::string>(stream), {}};
    words.erase("cpu");
    words.erase("processor");
    const bool has_vendor = words.count("intel") + words.count("amd") + words.count("qemu") > 0;
    return has_vendor ? words : Words{};
}

bool have_none_in_common(const Words& a, const Words& b) {
    return std::none_of(a.begin(), a.end(), [&](const std::string& word) { return b.count(word) != 0; });
}

bool contradict(const Words& a, const Words& b) {
    const bool one_holds_the_other =
        std::includes(a.begin(), a.end(), b.begin(), b.end()) || std::includes(b.begin(), b.end(), a.begin(), a.end());
    return !one_holds_the_other;
}

}  // namespace

bool is_same_cpu(const std::string& engine_arch, const std::string& engine_cpu, const Machine& machine) {
    const bool archs_are_known = !engine_arch.empty() && !machine.arch.empty();
    if (archs_are_known && architecture_family(engine_arch) != architecture_family(machine.arch)) {
        return false;
    }
    const Words engine_cores = arm_cores_named_in(engine_cpu);
    const Words host_cores = arm_cores_named_in(machine.cpu);
    if (!engine_cores.empty() && !host_cores.empty()) {
        return !have_none_in_common(engine_cores, host_cores);
    }
    return !contradict(brand_words(engine_cpu), brand_words(machine.cpu));
}

}  // namespace gravbench::machine
