#include "compare/machine_group.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>

namespace gravbench::compare {
namespace {

const machine::Machine& first_machine(const document::Document& document) {
    static const machine::Machine none;
    return document.machines.empty() ? none : document.machines.front().host;
}

/// The same for documents of one type of machine.
std::string type_of(const document::Document& document, std::size_t place) {
    const machine::Machine& machine = first_machine(document);
    if (machine.instance_type) {
        return "instance type " + *machine.instance_type;
    }
    return machine.cpu.empty() ? fmt::format("unknown, document {}", place) : machine::kind_of(machine);
}

/// "one.json and two.json are of one run"; empty where no document of the group is.
std::string repetition(const MachineGroup& group, const document::Document& document) {
    const auto found = std::find_if(
        group.documents.begin(), group.documents.end(),
        [&](const document::Document* other) { return !document.run.id.empty() && document.run.id == other->run.id; });
    return found == group.documents.end()
               ? ""
               : fmt::format("{} and {} are of one run: the first of them counts", (*found)->name, document.name);
}

std::string name_of(const MachineGroup& group) {
    const document::Document& first = *group.documents.front();
    if (const auto& type = first_machine(first).instance_type) {
        return *type;
    }
    const std::string stem = std::filesystem::path(first.name).stem().string();
    const std::size_t others = group.documents.size() - 1;
    return others == 0 ? stem : fmt::format("{} and {} more", stem, others);
}

/// Those that would be called alike are told apart by their files.
void add_names(std::vector<MachineGroup>& groups) {
    std::map<std::string, int> count;
    for (const MachineGroup& group : groups) {
        ++count[name_of(group)];
    }
    for (MachineGroup& group : groups) {
        const std::string name = name_of(group);
        group.name = count[name] > 1 ? fmt::format("{} ({})", name, group.documents.front()->name) : name;
    }
}

/// Each once, where an instance type has several.
std::string cpus_of(const MachineGroup& group) {
    std::vector<std::string> cpus;
    for (const document::Document* document : group.documents) {
        const std::string& cpu = first_machine(*document).cpu;
        const std::string known_cpu = cpu.empty() ? "unknown CPU" : cpu;
        if (std::find(cpus.begin(), cpus.end(), known_cpu) == cpus.end()) {
            cpus.push_back(known_cpu);
        }
    }
    return fmt::format("{}", fmt::join(cpus, " or "));
}

void add_unlike_instances(const MachineGroup& group, Warnings& warnings) {
    const document::Document& first = *group.documents.front();
    for (const document::Document* document : group.documents) {
        add_unlike_machines(first_machine(first), first_machine(*document),
                            fmt::format("{}, {} and {}: ", group.name, first.name, document->name), warnings);
    }
}

}  // namespace

std::size_t count_machines(const std::set<std::string>& ids) {
    return ids.contains("") ? 0 : ids.size();
}

std::size_t machines_of(const MachineGroup& group) {
    std::set<std::string> ids;
    for (const document::Document* document : group.documents) {
        ids.insert(first_machine(*document).id.value_or(""));
    }
    return count_machines(ids);
}

std::vector<MachineGroup> machine_groups(const std::vector<document::Document>& documents, Warnings& warnings) {
    std::vector<MachineGroup> groups;
    std::map<std::string, std::size_t> places;
    for (std::size_t i = 0; i < documents.size(); ++i) {
        const document::Document& document = documents[i];
        add_empty(document, warnings);
        const auto [place, is_new] = places.emplace(type_of(document, i), groups.size());
        if (is_new) {
            groups.emplace_back();
        }
        MachineGroup& group = groups[place->second];
        if (const std::string twice = repetition(group, document); !twice.empty()) {
            warnings.add("same_run", twice, 0);
            continue;
        }
        group.documents.push_back(&document);
    }
    add_names(groups);
    for (MachineGroup& group : groups) {
        group.cpu = cpus_of(group);
        add_unlike_instances(group, warnings);
    }
    return groups;
}

}  // namespace gravbench::compare
