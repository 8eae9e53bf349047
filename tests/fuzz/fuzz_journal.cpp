// libFuzzer target: whatever a journal holds, it is read or refused with a message, and what was read is written and
// read back as the same. scripts/fuzz.sh builds and runs it.

#include "base/errors.h"
#include "fuzz/memory_file.h"
#include "records/journal.h"
#include "records/record_json.h"

using namespace gravbench;

namespace {

template <typename Record, typename Read>
void check_again(const Record& record, Read read) {
    const Json json = records::to_json(record);
    if (records::to_json(read(Json::parse(json.dump()), "again")) != json) {
        std::abort();
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const MemoryFile file;
    file.replace(data, size);
    records::JournalContent content;
    try {
        content = records::read_journal(file.path());
    } catch (const DataError&) {
        return 0;
    }
    for (const records::LaunchRecord& launch : content.launches) {
        check_again(launch, records::launch_record_from);
    }
    for (const records::AuditRecord& audit : content.audits) {
        check_again(audit, records::audit_record_from);
    }
    return 0;
}
