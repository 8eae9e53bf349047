#pragma once

#include <vector>

#include "machine/topology.h"

/// On which CPUs a launch runs. CPUs of one machine are not equally fast: those of a virtual machine have neighbours,
/// and where the kernel puts two processes is chance, which looks like a difference between them.
namespace gravbench::machine {

/// A CPU for each of a launch's threads, each of another core and where it can be of one package. Launches of one
/// number have the same; from number to number they change, so that each core has its turn, but for those that are
/// slower by design. Empty where that leaves no choice: where there are fewer such cores than threads, or no more CPUs.
std::vector<int> cpus_for_launch(const std::vector<Core>& all_cores, int threads, int number);

/// Keeps a thread, or this one where it is 0, to these CPUs. False where the kernel does not allow that.
bool keep_to(int thread, const std::vector<int>& cpus);

/// For as long as it lives this thread, and what it starts, is kept to these CPUs; to none in particular where there
/// are none.
class OnCpus {
  public:
    explicit OnCpus(const std::vector<int>& cpus);
    ~OnCpus();
    OnCpus(const OnCpus&) = delete;
    OnCpus& operator=(const OnCpus&) = delete;
    bool is_kept() const { return is_kept_; }

  private:
    std::vector<int> before_;
    bool is_kept_;
};

}  // namespace gravbench::machine
