#pragma once

#include <set>
#include <string>
#include <vector>

#include "compare/fairness.h"
#include "document/document.h"

namespace gravbench::compare {

/// Documents of one type of machine. Each is a run; several may be of one machine or of as many, which a document says
/// where its machine has an id.
struct MachineGroup {
    std::string name;  ///< the instance type, else the first document's file name
    std::string cpu;
    std::vector<const document::Document*> documents;
};

/// How many machines have these ids; 0 where a document does not say which it is of, so that one is empty.
std::size_t count_machines(const std::set<std::string>& ids);
std::size_t machines_of(const MachineGroup& group);

/// In the order of their first documents. The type is the instance type; where that is not known, all that tells kinds
/// of machine apart (machine::kind_of()). A document without either has a group of its own. Of documents of one run
/// only the first counts, since a run twice would look like two that agree. Warns of that, of documents without cells,
/// and of what machines of one type differ in. The groups point into `documents`.
std::vector<MachineGroup> machine_groups(const std::vector<document::Document>& documents, Warnings& warnings);

}  // namespace gravbench::compare
