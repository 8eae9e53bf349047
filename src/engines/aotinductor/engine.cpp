#include "engines/aotinductor/engine.h"

#include <ATen/Parallel.h>

#include <cstdlib>
#include <fstream>
#include <utility>

#include "base/clock.h"
#include "base/files.h"
#include "engines/aotinductor/interface.h"
#include "engines/aotinductor/model.h"
#include "engines/torch/engine.h"

namespace gravbench::aotinductor_engine {
namespace {

using Loader = AotInductorModel::Loader;

bool is_zip(const std::string& path) {
    std::ifstream stream(path, std::ios::binary);
    return stream.get() == 'P' && stream.get() == 'K';
}

engine::Failure not_loadable(const std::string& path, const std::string& hint) {
    return engine::failure_from_current("model_not_loadable", path + ": " + hint, torch_engine::cause_of_current);
}

/// Where the loader unpacks a package, for as long as this lives. It would remove it in its destructor, but an engine
/// may end by a signal, and the packages of many launches would fill a disk. What is mapped needs no name any more.
class Unpacking {
  public:
    Unpacking() {
        if (const char* const outside = std::getenv("TMPDIR"); outside != nullptr) {
            outside_ = outside;
        }
        ::setenv("TMPDIR", folder_.path().c_str(), 1);
    }
    ~Unpacking() { ::setenv("TMPDIR", outside_.c_str(), 1); }
    Unpacking(const Unpacking&) = delete;
    Unpacking& operator=(const Unpacking&) = delete;

  private:
    TemporaryFolder folder_;
    std::string outside_ = "/tmp";
};

Metadata metadata_of(const std::string& path) {
    const Unpacking unpacking;
    try {
        return Loader::load_metadata_from_package(path, "model");
    } catch (const std::exception&) {
        throw not_loadable(path, is_zip(path)
                                     ? "a ZIP archive that is truncated, corrupted, or no package of AOTInductor"
                                     : "not a ZIP archive, so no package of AOTInductor");
    }
}

std::unique_ptr<Loader> opened(const std::string& path) {
    const Unpacking unpacking;
    try {
        return std::make_unique<Loader>(path);
    } catch (const std::exception&) {
        throw not_loadable(path,
                           "its compiled code cannot be loaded here: truncated, or made by another version of "
                           "PyTorch or for another device");
    }
}

}  // namespace

protocol::Hello AotInductorEngine::describe() const {
    protocol::Hello hello = torch_engine::TorchEngine().describe();
    hello.engine.name = "aotinductor";
    hello.formats = {"pt2"};
    // What else there is to choose was chosen when the package was compiled.
    hello.settings.clear();
    hello.environment_settings = {"threads", "fpmath", "lru-cache", "primitive-cache", "thp", "allocator"};
    return hello;
}

std::unique_ptr<engine::Model> AotInductorEngine::load(const engine::LoadRequest& request, protocol::Loaded& reply) {
    const std::string& path = request.model;
    const std::int64_t start = monotonic_ns();
    const Metadata metadata = metadata_of(path);
    check_cpu(metadata, path);
    std::optional<Interface> interface = interface_of(metadata, path);
    std::unique_ptr<Loader> loader = opened(path);
    reply.load_ns = monotonic_ns() - start;
    reply.effective = {{"threads", std::int64_t{at::get_num_threads()}}};
    return std::make_unique<AotInductorModel>(std::move(loader), std::move(interface));
}

}  // namespace gravbench::aotinductor_engine
