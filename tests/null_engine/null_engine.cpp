// An engine of the common library with next to nothing behind it: its "model" is a text file that says "null", and an
// inference adds up each input. It shows what an engine must be at least, what the loop itself costs, and is the good
// engine of which tests/cli/test_check_engine.py makes broken ones.

#include <fstream>
#include <memory>
#include <numeric>

#include "base/clock.h"
#include "engines/common/description.h"
#include "engines/common/serve.h"

namespace {

using namespace gravbench;
using engine::Failure;

class NullModel : public engine::Model {
  public:
    void bind(const std::vector<engine::Argument>& arguments) override {
        if (arguments.size() != 1) {
            throw Failure("inputs_do_not_fit",
                          "the null model takes one tensor, not " + std::to_string(arguments.size()) + " arguments");
        }
        const engine::Tensor& tensor = engine::tensor_of(arguments.front());
        values_ = protocol::as_doubles(*tensor.type, tensor.bytes.data(), tensor.elements());
    }

    protocol::BlockSamples run(const engine::BlockLength& length) override {
        return engine::timed_block(
            length, [] {}, [&] { call(); });
    }

    std::vector<engine::NamedTensor> infer() override {
        call();
        engine::Tensor output = engine::zeros(engine::element_type("f32"), {1, 2});
        engine::fill_reals(output, [&](std::size_t i) { return i == 0 ? sum_ : -sum_; });
        return {{"output", std::move(output)}};
    }

  private:
    void call() { sum_ = std::accumulate(values_.begin(), values_.end(), 0.0); }

    std::vector<double> values_;
    volatile double sum_ = 0;
};

class NullEngine : public engine::Engine {
  public:
    protocol::Hello describe() const override {
        protocol::Hello hello = engine::hello_of("null", "1");
        hello.threads = 1;
        hello.settings = {{"jit", {"none", "freeze"}}, {"threads", {std::int64_t{1}, std::int64_t{2}}}};
        hello.environment_settings = std::vector<std::string>{};
        return hello;
    }

    std::unique_ptr<engine::Model> load(const engine::LoadRequest& request, protocol::Loaded& reply) override {
        const std::int64_t start = monotonic_ns();
        std::ifstream stream(request.model);
        std::string word;
        if (!(stream >> word) || word != "null") {
            throw Failure("model_not_loadable", request.model + ": does not say \"null\"");
        }
        reply.load_ns = monotonic_ns() - start;
        reply.effective = {{"jit", request.word("jit", "none")}, {"threads", request.number("threads", 1)}};
        return std::make_unique<NullModel>();
    }
};

}  // namespace

int main(int argc, char** argv) {
    NullEngine null;
    return gravbench::engine::engine_main(argc, argv, null);
}
