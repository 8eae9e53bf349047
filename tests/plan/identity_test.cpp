#include "plan/identity.h"

#include "catch.h"

namespace gravbench::plan {
namespace {

TEST_CASE("a key has the shape first, then what differs from the defaults in the table's order") {
    Identity identity;
    identity.model = "net";
    identity.engine = default_engine;
    CHECK(key_of(identity) == "net");
    identity.shape = {{"batch", 8}, {"seq", 16}, {"tokens", 4}};
    identity.settings = {{"lru-cache", 8}, {"fpmath", "bf16"}, {"a-later-one", "x"}};
    identity.environment = {{"A", "x"}};
    identity.engine = "openvino";
    identity.variant = 2;
    CHECK(key_of(identity) ==
          "net:batch=8,seq=16,fpmath=bf16,lru-cache=8,a-later-one=x,shape.tokens=4,env.A=x,engine=openvino,variant=2");
}

TEST_CASE("every change of a setting is part of the identity, and its default is not") {
    for (const Setting& setting : settings()) {
        for (const std::string& word : setting.allowed.words) {
            INFO(setting.name << " " << word);
            CHECK(without_defaults({{setting.name, word}}).empty() == is_word(setting.default_value, word));
        }
    }
    CHECK(without_defaults({{"a-later-one", "x"}}).size() == 1);
}

}  // namespace
}  // namespace gravbench::plan
