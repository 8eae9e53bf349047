#include "base/arm_core.h"

#include <fmt/format.h>

#include <map>

namespace gravbench {

std::string arm_core_name(int implementer, int part) {
    static const std::map<int, const char*> arm{{0xd03, "Cortex-A53"},  {0xd07, "Cortex-A57"},  {0xd08, "Cortex-A72"},
                                                {0xd0b, "Cortex-A76"},  {0xd0c, "Neoverse N1"}, {0xd40, "Neoverse V1"},
                                                {0xd49, "Neoverse N2"}, {0xd4f, "Neoverse V2"}, {0xd84, "Neoverse V3"},
                                                {0xd8e, "Neoverse N3"}};
    const auto found = arm.find(part);
    if (implementer == 0x41 && found != arm.end()) {
        return found->second;
    }
    return implementer == 0 ? "" : fmt::format("Arm implementer {:#x} part {:#x}", implementer, part);
}

}  // namespace gravbench
