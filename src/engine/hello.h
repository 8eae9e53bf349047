#pragma once

#include "protocol/messages.h"

namespace gravbench::engine {

/// What this process is and sees: LibTorch and what is linked into it, the CPU (the emulated one, if it is), its
/// threads.
protocol::Hello describe_self();

}  // namespace gravbench::engine
