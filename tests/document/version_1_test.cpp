#include "document/version_1.h"

#include "base/errors.h"
#include "base/files.h"
#include "catch.h"
#include "document/reader.h"
#include "document/writer.h"

namespace gravbench::document {
namespace {

std::string path_of(const char* name) {
    return std::string(GRAVBENCH_RESULTS_FOLDER) + "/" + name;
}

void check_figure(const figures::Figure& figure, const Json& json, const std::string& name) {
    INFO(name);
    CHECK((figure.value ? Json(*figure.value) : Json()) == json.at(name));
    const std::string interval = name == "value" ? "ci95" : name + "_ci95";
    CHECK((figure.ci95 ? Json{figure.ci95->low, figure.ci95->high} : Json()) == json.value(interval, Json()));
}

void check_cell(const Cell& cell, const Json& json) {
    INFO(cell.key);
    for (const char* name : {"p50", "p90", "p95", "p99", "mean"}) {
        check_figure(cell.latency.value().at(name), json["latency_ms"], name);
    }
    check_figure(cell.throughput.value(), json["throughput_per_s"], "value");
    CHECK(cell.accuracy.value().outputs.cosine_similarity.value() ==
          json["accuracy"]["cosine_similarity"].get<double>());
    REQUIRE(cell.audit.has_value() == !json["audit"].is_null());
    if (cell.audit) {
        CHECK(cell.audit->outside_onednn.value() == json["audit"]["time_share"]["outside_onednn"].get<double>());
        CHECK(cell.audit->kernels.kernels.size() == json["audit"]["kernels"].size());
    }
    const Json& requested = json["settings"]["requested"];
    CHECK(cell.identity.engine == "torch");
    CHECK(cell.identity.model == json["model"]["name"].get<std::string>());
    CHECK(cell.identity.shape.at("batch") == requested["batch"].get<std::int64_t>());
    CHECK(cell.identity.variant == 1);
    const bool is_bf16 = requested["fpmath"] == Json("bf16");
    CHECK(cell.identity.settings == (is_bf16 ? plan::Settings{{"fpmath", "bf16"}} : plan::Settings()));
    CHECK(plan::key_of(cell.identity) == cell.key);
    const Json& samples = json["samples"]["launches"];
    REQUIRE(cell.launches.size() == samples.size());
    for (std::size_t i = 0; i < samples.size(); ++i) {
        REQUIRE(cell.launches[i].measured.blocks.size() == samples[i].size());
        CHECK(Json(cell.launches[i].measured.blocks[0].samples_ns) == samples[i][0]);
        CHECK(Json(cell.launches[i].measured.blocks[0].wall_ns) == json["samples"]["wall_ns"][i][0]);
    }
    CHECK(cell.is_valid == json["valid"].get<bool>());
    CHECK(cell.problems.size() == json["problems"].size());
}

TEST_CASE("documents of the first version are read with the figures that they have") {
    for (const char* name : {"main-x86-amx.json", "main-x86-zen5.json"}) {
        INFO(name);
        const Document document = read(path_of(name));
        const Json json = Json::parse(read_file(path_of(name)));
        REQUIRE(document.cells.size() == json["cells"].size());
        for (std::size_t i = 0; i < document.cells.size(); ++i) {
            check_cell(document.cells[i], json["cells"][i]);
        }
        CHECK(document.run.id == json["run"]["id"].get<std::string>());
        CHECK(document.machines.at(0).host.cpu == json["machine"]["cpu"].get<std::string>());
        CHECK(document.engines.at(0).description.name == "torch");
        // What was read is written as version 2, and read again.
        CHECK(to_text(from_text(to_text(document), name)) == to_text(document));
    }
}

TEST_CASE("samples and wall times of the first version that do not fit together are refused by place") {
    Json json = Json::parse(read_file(path_of("main-x86-amx.json")));
    Json& wall = json["cells"][1]["samples"]["wall_ns"];
    wall.erase(wall.size() - 1);
    wall.erase(wall.size() - 1);
    CHECK_THROWS_AS(from_text(json.dump(), "old.json"), DataError);
    CHECK_THROWS_WITH(from_text(json.dump(), "old.json"),
                      StartsWith("old.json: cells[1].samples") && Contains("wall_ns"));
    wall = Json::parse(R"([{"a": 5}])");
    CHECK_THROWS_WITH(from_text(json.dump(), "old.json"), StartsWith("old.json: cells[1].samples.wall_ns"));
}

TEST_CASE("facts of a launch of the first version that no run can have are refused") {
    const std::pair<const char*, Json> wrong[] = {
        {"seconds", 1e10},      {"seconds", -1},           {"load_ms", 2e9},        {"number", -1},
        {"peak_rss_bytes", -5}, {"warmup_inferences", -1}, {"number", 3000000000U}, {"seconds", "long"}};
    Json json = Json::parse(read_file(path_of("main-x86-zen5.json")));
    Json& launch = json["cells"][0]["launches"][0];
    REQUIRE(launch.contains("seconds"));
    const Json right = launch;
    for (const auto& [name, value] : wrong) {
        INFO(name << " " << value.dump());
        launch = right;
        launch[name] = value;
        CHECK_THROWS_WITH(from_text(json.dump(), "old.json"),
                          StartsWith("old.json: cells[0]: launches[0]") && Contains(name));
    }
}

}  // namespace
}  // namespace gravbench::document
