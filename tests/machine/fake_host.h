#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/files.h"
#include "machine/machine.h"

namespace gravbench::machine {

/// A root folder with a /proc and a /sys of its own, as bare as a container that hides everything until files are
/// added.
class FakeHost {
  public:
    /// Adds a file, with the folders above it: "proc/meminfo".
    FakeHost& file(const std::string& path, const std::string& text);
    FakeHost& remove(const std::string& path);

    const std::filesystem::path& root() const { return folder_.path(); }
    Machine read(const Self& self) const { return read_machine(self, root()); }

  private:
    TemporaryFolder folder_;
};

/// What uname and the scheduler say there, by default that all of `cpus` may be used.
Self self_on(const std::string& arch, std::vector<int> cpus);

/// Adds a c7g.xlarge: four Neoverse V1 cores without SMT, Nitro's DMI tables, no cpufreq.
void make_graviton3(FakeHost& host);

/// Adds an x86 machine with two cores of two threads each: CPUs 0 and 2 are one core, 1 and 3 the other.
void make_x86_with_smt(FakeHost& host);

}  // namespace gravbench::machine
