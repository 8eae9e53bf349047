#include "run/reference.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <fstream>
#include <thread>

#include "catch.h"
#include "run/scripted_engine.h"

namespace gravbench::run {
namespace {

namespace fs = std::filesystem;

constexpr const char* writes_outputs = R"({"outputs": {"output": [1, 2, 3]}})";

std::vector<std::string> names_in(const fs::path& folder) {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder)) {
        names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
}

TEST_CASE("a reference is made once, and read by the next run") {
    const ScriptedEngine scripted(writes_outputs);
    const fs::path cache = scripted.folder() / "cache" / "references";
    const LaunchContext context = scripted.context();
    References first(context, scripted.plan(), cache);
    const Reference made = first.reference_for(scripted.cell);
    CHECK(first.reference_for(scripted.cell).outputs == made.outputs);
    CHECK(made.inputs_digest == "0123456789abcdef");
    CHECK(made.facts.engine == "fake");
    CHECK(made.facts.settings == "fp32, strict, jit none");
    CHECK(fs::exists(made.outputs));
    References second(context, scripted.plan(), cache);
    const Reference read = second.reference_for(scripted.cell);
    CHECK(read.outputs == made.outputs);
    CHECK(read.facts == made.facts);
    CHECK(scripted.loads() == 1);
    CHECK(first.notes().empty());
    CHECK(names_in(cache).size() == 2);
}

TEST_CASE("the check against the export is kept with the reference") {
    ScriptedEngine scripted(R"({"outputs": {"output": [1]}, "compare": {"cosine_similarity": 0.75}})");
    scripted.model.example = plan::Example{"inputs", "outputs", {}};
    const LaunchContext context = scripted.context();
    for (int run = 0; run < 2; ++run) {
        References references(context, scripted.plan(), scripted.folder() / "cache");
        const Reference& reference = references.reference_for(scripted.cell);
        REQUIRE(reference.facts.export_check);
        CHECK(reference.facts.export_check->cosine_similarity == 0.75);
    }
    CHECK(scripted.loads() == 1);
}

TEST_CASE("a cache folder that cannot be made costs no run: references last as long as it, and it is said") {
    const ScriptedEngine scripted(writes_outputs);
    write_file(scripted.folder() / "file", "no folder");
    const LaunchContext context = scripted.context();
    References references(context, scripted.plan(), scripted.folder() / "file" / "references");
    REQUIRE(references.notes().size() == 1);
    CHECK_THAT(references.notes()[0], Contains((scripted.folder() / "file").string()) && Contains("not kept"));
    CHECK(fs::exists(references.reference_for(scripted.cell).outputs));
}

TEST_CASE("a cache folder that cannot be written is like one that cannot be made") {
    const ScriptedEngine scripted(writes_outputs);
    const LaunchContext context = scripted.context();
    // No user can create files there, root among them.
    References references(context, scripted.plan(), "/proc/self");
    CHECK(references.notes().size() == 1);
    CHECK(fs::exists(references.reference_for(scripted.cell).outputs));
}

TEST_CASE("a damaged description or file is made again") {
    const ScriptedEngine scripted(writes_outputs);
    const fs::path cache = scripted.folder() / "cache";
    const LaunchContext context = scripted.context();
    fs::path outputs;
    {
        References references(context, scripted.plan(), cache);
        outputs = references.reference_for(scripted.cell).outputs;
    }
    fs::path description = outputs;
    description.replace_extension(".json");
    const std::string whole = read_file(description);
    int loads = 1;
    for (const std::string& damage : {std::string("{"), std::string("[]"), whole.substr(0, whole.size() / 2),
                                      std::string(R"({"size_bytes": 1e99})"), std::string()}) {
        INFO(damage);
        write_file(description, damage);
        References references(context, scripted.plan(), cache);
        CHECK(references.reference_for(scripted.cell).facts.engine == "fake");
        CHECK(scripted.loads() == ++loads);
    }
    write_file(outputs, "cut");
    References references(context, scripted.plan(), cache);
    references.reference_for(scripted.cell);
    CHECK(scripted.loads() == ++loads);
    CHECK(fs::file_size(outputs) > 3);
}

TEST_CASE("a failed reference fails alike each time, with its log, and leaves nothing in the cache") {
    const ScriptedEngine scripted(R"({"rules": [{"request": "outputs", "do": "abort", "text": "terminate called"}]})");
    const fs::path cache = scripted.folder() / "cache";
    const LaunchContext context = scripted.context();
    References references(context, scripted.plan(), cache);
    for (int time = 0; time < 2; ++time) {
        CHECK_THROWS_WITH(references.reference_for(scripted.cell),
                          Contains("signal 6") && Contains("terminate called"));
    }
    CHECK(scripted.loads() == 1);
    CHECK(names_in(cache).empty());
}

/// A file of the cache that takes no room on the disk, used so long ago.
void put_file(const fs::path& path, std::uintmax_t bytes, std::chrono::hours age) {
    std::error_code removed_meanwhile;
    std::ofstream(path) << "x";
    fs::resize_file(path, bytes, removed_meanwhile);
    fs::last_write_time(path, fs::file_time_type::clock::now() - age, removed_meanwhile);
}

constexpr std::uintmax_t gib = std::uintmax_t{1} << 30;

TEST_CASE("files that other runs remove while this one prunes are no error") {
    const ScriptedEngine scripted(writes_outputs);
    const fs::path cache = scripted.folder() / "cache";
    fs::create_directories(cache);
    std::atomic<bool> is_over = false;
    std::thread other([&] {
        for (int i = 0; !is_over; ++i) {
            std::error_code ignored;
            put_file(cache / ("other-" + std::to_string(i % 50)), gib, std::chrono::hours(2));
            fs::remove(cache / ("other-" + std::to_string((i + 25) % 50)), ignored);
        }
    });
    LaunchContext context = scripted.context();
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        context.sampling.seed = seed;
        References references(context, scripted.plan(), cache);
        CHECK_NOTHROW(references.reference_for(scripted.cell));
    }
    is_over = true;
    other.join();
}

TEST_CASE("the oldest references go when the cache is too large, and those in use stay") {
    const ScriptedEngine scripted(writes_outputs);
    const fs::path cache = scripted.folder() / "cache";
    fs::create_directories(cache);
    put_file(cache / "in-use.safetensors", 3 * gib, std::chrono::hours(0));
    put_file(cache / "young.safetensors", gib / 2, std::chrono::hours(2));
    put_file(cache / "old.safetensors", gib, std::chrono::hours(3));
    const LaunchContext context = scripted.context();
    References references(context, scripted.plan(), cache);
    CHECK(fs::exists(references.reference_for(scripted.cell).outputs));
    CHECK(fs::exists(cache / "in-use.safetensors"));
    CHECK(fs::exists(cache / "young.safetensors"));
    CHECK_FALSE(fs::exists(cache / "old.safetensors"));
}

TEST_CASE("what another run is about to rename is not pruned, however large the cache is") {
    const ScriptedEngine scripted(writes_outputs);
    const fs::path cache = scripted.folder() / "cache";
    fs::create_directories(cache);
    put_file(cache / "one.safetensors", 5 * gib, std::chrono::hours(0));
    put_file(cache / "two.4711.unfinished", 5 * gib, std::chrono::hours(0));
    const LaunchContext context = scripted.context();
    References references(context, scripted.plan(), cache);
    CHECK(fs::exists(references.reference_for(scripted.cell).outputs));
    CHECK(fs::exists(cache / "two.4711.unfinished"));
}

}  // namespace
}  // namespace gravbench::run
