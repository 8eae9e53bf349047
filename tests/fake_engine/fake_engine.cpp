// An engine that follows a script instead of measuring: known samples, and every way to fail.
//
//   fake_engine --script FILE
//
// FILE is a JSON object; all members are optional:
//   "hello"       members of the reply to hello that differ from the usual ones
//   "cold_ns"     the first two inferences                                   [3000000, 2000000]
//   "samples_ns"  one list for each launch, in turn; a block takes as many of its launch's as it asks for, over and
//   over,
//                 or the whole list where it asks for a duration              [[1000000, ... 20 of them]]
//   "noise"       instead of samples_ns: samples drawn from a machine whose truth is known, see noise_script.h
//   "after_waiting" how many times slower a request's first inference is after another launch had the machine   [1]
//   "lacks"       requests that it does not know, ["compare"]
//   "outputs"     {"NAME": [numbers]}: what the request outputs writes, as f32 of one row; by default it writes nothing
//   "compare"     members of the reply to compare that differ from those of equal outputs
//   "rules"       [{"request": NAME, "do": ACTION, ...}]: what to do instead of answering a request properly. With
//   "launch" (from 0,
//                 or a list) only in that launch, with "model" only for a file of that name, with "settings" only for a
//                 cell loaded with those values, with "nth" (from 1) only the nth time in a process.
//   "logs"        [{"environment": {...}, "settings": {...}, "header": TEXT, "inference": TEXT}]: what to print as
//   oneDNN's log
//                 where ONEDNN_VERBOSE is set, once and at each inference, by the first entry whose variables and
//                 settings are those of the launch. A "#" in the text is the number of the inference.
//
// Each load is appended to FILE.loads, a JSON object on a line with the launch's number, model, dtype, settings and
// environment: so a test sees in what order and under what the front launched. The launch's number of each run request
// is appended to FILE.runs.

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/files.h"
#include "base/json.h"
#include "fake_engine/misdeed.h"
#include "fake_engine/noise_script.h"
#include "protocol/channel.h"
#include "protocol/messages.h"

extern char** environ;

namespace {

using gravbench::Json;
using gravbench::fake_engine::send_text;
using gravbench::protocol::channel_descriptor;

Json environment() {
    Json result = Json::object();
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string text = *entry;
        result[text.substr(0, text.find('='))] = text.substr(text.find('=') + 1);
    }
    return result;
}

class FakeEngine {
  public:
    explicit FakeEngine(const std::string& path) : path_(path), script_(gravbench::read_json(path)) {}

    void serve() {
        // Programs that a model starts must not keep the channel open.
        ::fcntl(channel_descriptor, F_SETFD, FD_CLOEXEC);
        gravbench::protocol::Channel channel(::dup(channel_descriptor));
        for (;;) {
            const auto received = channel.receive();
            if (received.outcome != gravbench::protocol::Channel::Outcome::line) {
                return;
            }
            const Json request = Json::parse(received.text);
            const auto name = request.at("request").get<std::string>();
            ++times_[name];
            if (name == "load") {
                note_load(request);
            }
            Json reply{{"id", request.at("id")}, {"reply", name}};
            reply.update(lacks(name) ? unknown(name) : answer(name, request));
            if (const Json* rule = rule_for(name)) {
                gravbench::fake_engine::act(*rule, reply, path_);
            } else {
                send_text(reply.dump() + "\n");
            }
            if (name == "quit") {
                return;
            }
        }
    }

  private:
    bool lacks(const std::string& name) const {
        const Json lacking = script_.value("lacks", Json::array());
        return std::find(lacking.begin(), lacking.end(), name) != lacking.end();
    }

    static Json unknown(const std::string& name) {
        return {{"reply", "error"}, {"code", "unknown_request"}, {"message", "there is no request " + name}};
    }

    void note_load(const Json& request) {
        const std::string loads = path_ + ".loads";
        std::ifstream earlier(loads);
        for (std::string line; std::getline(earlier, line);) {
            ++launch_;
        }
        load_ = request;
        if (script_.contains("noise")) {
            noise_.emplace(gravbench::fake_engine::noise_model_from(script_["noise"], request), launch_);
        }
        std::ofstream(loads, std::ios::app) << Json{{"launch", launch_},
                                                    {"model", request.at("model")},
                                                    {"dtype", request.at("dtype")},
                                                    {"settings", request.at("settings")},
                                                    {"environment", environment()}}
                                                   .dump()
                                            << "\n";
    }

    /// Says whether another launch ran since this one did, or since the beginning.
    bool note_run() {
        const std::string runs = path_ + ".runs";
        const std::string mine = std::to_string(launch_) + "\n";
        const std::string tail = "\n" + gravbench::read_tail(runs, 100);
        const bool is_first = tail.size() == 1;
        const bool is_mine = tail.size() > mine.size() && tail.ends_with("\n" + mine);
        std::ofstream(runs, std::ios::app) << mine;
        return !is_first && !is_mine;
    }

    Json answer(const std::string& name, const Json& request) {
        if (name == "hello") {
            return hello();
        }
        if (name == "load") {
            return {{"load_ns", 5000000}, {"prepare_ns", 7000000}, {"effective", request.at("settings")}};
        }
        if (name == "inputs") {
            return {{"digest", "0123456789abcdef"}};
        }
        if (name == "run") {
            return block(request);
        }
        if (name == "outputs") {
            return outputs(request.at("save").get<std::string>());
        }
        if (name == "compare") {
            Json reply{{"cosine_similarity", 1}, {"max_abs_error", 0}, {"relative_l2_error", 0},
                       {"top1_agreement", 1},    {"nonfinite", 0},     {"elements", 10}};
            reply.update(script_.value("compare", Json::object()));
            return reply;
        }
        if (name == "memory") {
            return {{"rss_bytes", 100 << 20}, {"peak_rss_bytes", 200 << 20}};
        }
        return Json::object();
    }

    Json outputs(const std::string& path) const {
        Json described = Json::array();
        Json header = Json::object();
        std::string data;
        for (const auto& [name, numbers] : gravbench::member_or_empty(script_, "outputs").items()) {
            const std::size_t begin = data.size();
            for (const float number : numbers.get<std::vector<float>>()) {
                data.append(reinterpret_cast<const char*>(&number), sizeof number);
            }
            const Json shape{1, numbers.size()};
            header[name] = {{"dtype", "F32"}, {"shape", shape}, {"data_offsets", {begin, data.size()}}};
            described.push_back({{"name", name}, {"dtype", "f32"}, {"shape", shape}});
        }
        if (!described.empty()) {
            const std::string text = header.dump();
            const std::uint64_t size = text.size();
            std::ofstream stream(path, std::ios::binary);
            stream.write(reinterpret_cast<const char*>(&size), sizeof size);
            stream << text << data;
        }
        return {{"tensors", described}};
    }

    Json hello() const {
        Json reply{{"protocol", 1},
                   {"engine", {{"name", "fake"}, {"version", "1.0"}}},
                   {"machine", {{"arch", ""}, {"cpu", ""}, {"isa", "none"}}},
                   {"libraries", {{"onednn", nullptr}}},
                   {"threads", 1},
                   {"settings",
                    {{"jit", {"none", "freeze", "ofi", "llga"}},
                     {"layout", {"contiguous", "channels_last"}},
                     {"matmul-precision", {"highest", "high", "medium"}},
                     {"onednn", {"on", "off"}}}}};
        reply.update(script_.value("hello", Json::object()));
        return reply;
    }

    Json block(const Json& request) {
        const Json cold = script_.value("cold_ns", Json{3000000, 2000000});
        const int nth = times_.at("run");
        Json samples = Json::array();
        if (nth <= 2) {
            samples.push_back(cold.at(static_cast<std::size_t>(nth - 1)));
        } else if (noise_) {
            samples = gravbench::fake_engine::noisy_samples(*noise_, request);
        } else {
            const Json launches = script_.value("samples_ns", Json::array({Json(20, 1000000)}));
            const Json& all = launches.at(static_cast<std::size_t>(launch_) % launches.size());
            const auto count = request.value("count", all.size());
            for (std::size_t i = 0; i < count; ++i) {
                samples.push_back(all.at(i % all.size()));
            }
        }
        if (note_run()) {
            samples.front() = std::llround(samples.front().get<double>() * script_.value("after_waiting", 1.0));
        }
        print_log(samples.size());
        std::int64_t wall = 0;
        for (const Json& sample : samples) {
            wall += sample.get<std::int64_t>();
        }
        return {{"wall_ns", wall}, {"streams", Json::array({{{"samples_ns", samples}}})}};
    }

    bool is_log_for_this_launch(const Json& log) const {
        for (const auto& [name, value] : gravbench::member_or_empty(log, "environment").items()) {
            const char* set = std::getenv(name.c_str());
            if (set == nullptr || value != set) {
                return false;
            }
        }
        for (const auto& [name, value] : gravbench::member_or_empty(log, "settings").items()) {
            if (load_.at("settings").value(name, Json()) != value) {
                return false;
            }
        }
        return true;
    }

    /// As oneDNN does: only under ONEDNN_VERBOSE, to stdout, before the inference has ended.
    void print_log(std::size_t inferences) {
        if (std::getenv("ONEDNN_VERBOSE") == nullptr) {
            return;
        }
        for (const Json& log : script_.value("logs", Json::array())) {
            if (!is_log_for_this_launch(log)) {
                continue;
            }
            std::string text = printed_ == 0 ? log.value("header", "") : "";
            for (std::size_t i = 0; i < inferences; ++i) {
                const std::string number = std::to_string(1000 + printed_++);
                for (const char c : log.value("inference", "")) {
                    text += c == '#' ? number : std::string(1, c);
                }
            }
            std::fputs(text.c_str(), stdout);
            std::fflush(stdout);
            return;
        }
    }

    const Json* rule_for(const std::string& name) const {
        const auto rules = script_.find("rules");
        if (rules == script_.end()) {
            return nullptr;
        }
        for (const Json& rule : *rules) {
            if (rule.at("request") == name && applies(rule)) {
                return &rule;
            }
        }
        return nullptr;
    }

    bool applies(const Json& rule) const {
        if (rule.contains("nth") && rule["nth"] != times_.at(rule.at("request").get<std::string>())) {
            return false;
        }
        if (rule.contains("launch")) {
            const Json launches = rule["launch"].is_array() ? rule["launch"] : Json::array({rule["launch"]});
            if (load_.is_null() || std::find(launches.begin(), launches.end(), Json(launch_)) == launches.end()) {
                return false;
            }
        }
        if (rule.contains("model") && (load_.is_null() || file_name() != rule["model"].get<std::string>())) {
            return false;
        }
        for (const auto& [setting, value] : gravbench::member_or_empty(rule, "settings").items()) {
            if (load_.is_null() || load_.at("settings").value(setting, Json()) != value) {
                return false;
            }
        }
        return true;
    }

    std::string file_name() const {
        return std::filesystem::path(load_.at("model").get<std::string>()).filename().string();
    }

    std::string path_;
    Json script_;
    int launch_ = 0;
    int printed_ = 0;
    Json load_;
    std::optional<gravbench::noise::Launch> noise_;
    std::map<std::string, int> times_;
};

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3 || std::string(argv[1]) != "--script") {
        std::fprintf(stderr, "usage: fake_engine --script FILE\n");
        return 2;
    }
    FakeEngine(argv[2]).serve();
}
