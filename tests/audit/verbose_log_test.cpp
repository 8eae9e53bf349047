#include "audit/verbose_log.h"

#include "audit/log_builder.h"
#include "catch.h"

using namespace gravbench::audit;

namespace {

Log read(const std::string& text) {
    LogReader reader;
    return reader.read(text);
}

const std::string descriptor = "src_f32::blocked:abcd:f0 wei_f32::blocked:Acdb16a:f0 dst_f32::blocked:aBcd16b:f0";

// Read before main, when whatever other files initialise may not be there yet.
const Log early = read("onednn_verbose,exec,cpu,reorder,jit:uni,undef,,,,8x8,0.5\n");

}  // namespace

TEST_CASE("a log can be read before main") {
    REQUIRE(early.events.size() == 1);
    CHECK(early.events[0].primitive == "reorder");
}

TEST_CASE("the header tells version, instruction set and threads") {
    const Log log = read(header);
    CHECK(log.version == "3.12.0");
    CHECK(log.isa == "Intel AVX-512 with Intel DL Boost and bfloat16 support");
    CHECK(log.threads == 2);
    CHECK(log.events.empty());
    CHECK(log.unknown_lines == 0);
}

TEST_CASE("each of the formats in use gives the same event") {
    const std::string fields = "exec,cpu,convolution,jit:avx512_core,forward_training," + descriptor +
                               ",attr-scratchpad:user,alg:convolution_direct,mb1_ic3oc64,2.5\n";
    for (const std::string start :
         {"dnnl_verbose,", "onednn_verbose,", "onednn_verbose,primitive,", "onednn_verbose,v0,primitive,",
          "onednn_verbose,v1,primitive,", "onednn_verbose,v1,1795445807098.093994,primitive,",
          "onednn_verbose,1607393600185.6,"}) {
        INFO(start);
        const Log log = read(start + fields);
        REQUIRE(log.events.size() == 1);
        const Event& event = log.events[0];
        CHECK(event.operation == Event::Operation::execute);
        CHECK(event.primitive == "convolution");
        CHECK(event.implementation == "jit:avx512_core");
        CHECK(event.auxiliary == "alg:convolution_direct");
        CHECK(event.problem == "mb1_ic3oc64");
        CHECK(event.time_ms == 2.5);
        REQUIRE(event.memory.size() == 3);
        CHECK(event.memory[1].role == "wei");
        CHECK(event.memory[1].data_type == "f32");
        CHECK(event.memory[1].layout == "Acdb16a");
        CHECK(log.unknown_lines + log.torn_lines + log.foreign_lines == 0);
    }
}

TEST_CASE("timestamps are read where the log has them") {
    const Log log =
        read("onednn_verbose,v1,1795445807098.5,primitive,exec,cpu,reorder,jit:uni,undef,,,,8x8,0.5\n" + Line{}.text());
    REQUIRE(log.events.size() == 2);
    CHECK(log.events[0].start_ms.value() == 1795445807098.5);
    CHECK(!log.events[1].start_ms);
}

TEST_CASE("DNNL 1.1 prints no attributes") {
    const Log log = read("dnnl_verbose,exec,cpu,convolution,jit:avx2,forward_training," + descriptor +
                         ",alg:convolution_direct,mb1ic3,1.5\n");
    REQUIRE(log.events.size() == 1);
    CHECK(log.events[0].attributes.empty());
    CHECK(log.events[0].auxiliary == "alg:convolution_direct");
    CHECK(log.events[0].problem == "mb1ic3");
}

TEST_CASE("the template line decides the order of the fields") {
    const Log log = read(
        "onednn_verbose,v2,primitive,info,template:exec_time,problem_desc,primitive,operation,implementation,memory_"
        "descriptors\n"
        "onednn_verbose,v2,primitive,1.25,8x8,reorder,exec,jit:uni,src:f32::blocked:ab::f0\n");
    REQUIRE(log.events.size() == 1);
    CHECK(log.events[0].primitive == "reorder");
    CHECK(log.events[0].time_ms == 1.25);
    CHECK(log.events[0].memory.size() == 1);
    const Log swapped = read(
        "onednn_verbose,v2,primitive,info,template:operation,primitive,exec_time,problem_desc,implementation,something_"
        "new\n"
        "onednn_verbose,v2,primitive,create:cache_hit,reorder,1.25,8x8,jit:uni,whatever\n");
    REQUIRE(swapped.events.size() == 1);
    CHECK(swapped.events[0].primitive == "reorder");
    CHECK(swapped.events[0].problem == "8x8");
    CHECK(swapped.events[0].time_ms == 1.25);
    CHECK(swapped.events[0].cache == Event::Cache::hit);
}

TEST_CASE("a template announced in one piece is good for the next") {
    LogReader reader;
    reader.read("onednn_verbose,v1,primitive,info,template:operation,exec_time,primitive,implementation\n");
    const Log log = reader.read("onednn_verbose,v1,primitive,exec,3,matmul,gemm:acl\n");
    REQUIRE(log.events.size() == 1);
    CHECK(log.events[0].time_ms == 3);
    CHECK(log.events[0].implementation == "gemm:acl");
}

TEST_CASE("graph and ukernel lines are read") {
    const Log log = read(
        "onednn_verbose,v1,graph,exec,cpu,100084,convolution_post_ops,aten::_convolution;aten::relu,data:NCX; "
        "filter:OIX;,"
        "in0_bf16:0:strided:variable:1x3x8x8:192s64s8s1 "
        "out0_bf16:11:strided:variable:1x64x4x4:1s1s1s1,fpm:strict,conv_fwd_t,"
        "dnnl_backend,3.5\n"
        "onednn_verbose,v1,ukernel,exec,cpu,brgemm,,undef,src:bf16::blocked:ab::f0 "
        "wei:bf16::blocked:ab::f0,,,bs:1,0.25\n");
    REQUIRE(log.events.size() == 2);
    CHECK(log.events[0].component == Event::Component::graph);
    CHECK(log.events[0].primitive == "convolution_post_ops");
    CHECK(log.events[0].problem == "aten::_convolution;aten::relu");
    CHECK(log.events[0].memory.front().data_type == "bf16");
    CHECK(log.events[1].component == Event::Component::ukernel);
    CHECK(log.events[1].primitive == "brgemm");
}

TEST_CASE("creations say whether the cache had them") {
    Line line;
    line.operation = "create:cache_miss";
    std::string text = line.text();
    line.operation = "create:cache_hit";
    text += line.text();
    line.operation = "create";
    text += line.text();
    const Log log = read(text);
    REQUIRE(log.events.size() == 3);
    CHECK(log.events[0].cache == Event::Cache::miss);
    CHECK(log.events[1].cache == Event::Cache::hit);
    CHECK(log.events[2].cache == Event::Cache::unknown);
    CHECK(log.events[2].operation == Event::Operation::create);
}

TEST_CASE("torn lines are counted, not guessed at") {
    const std::string whole = Line{}.text();
    const std::string torn = GENERATE_COPY(
        whole.substr(0, whole.size() - 1),          // no newline: the time may have more digits
        whole.substr(0, whole.size() / 2) + "\n",   // cut short
        whole.substr(0, whole.size() / 2) + whole,  // two lines over each other
        "Hello" + whole,                            // somebody's print without a newline before it
        std::string("onednn_verbose,\n"), std::string("onednn_verbose,v1\n"),
        std::string("onednn_verbose,v1,primitive\n"), std::string("onednn_verbose,v1,info\n"),
        std::string("onednn_verbose,v1,primitive,exec,cpu,reorder,jit:uni,undef,,,,8x8,\n"),    // no time
        std::string("onednn_verbose,v1,primitive,exec,cpu,reorder,jit:uni,undef,,,,8x8,-1\n"),  // no such time
        std::string("onednn_verbose,v1,primitive,exec,cpu,reorder,jit:uni,undef,,,,8x8,1.5x\n"),
        std::string("onednn_verbose,v1,primitive,exec,cpu,reorder,jit:uni,undef,,,,8x8,1e999\n"),
        std::string("onednn_verbose,v1,primitive,exec,cpu,,jit:uni,undef,,,,8x8,1\n"));  // of which primitive?
    INFO(torn);
    const Log log = read(torn);
    CHECK(log.torn_lines == 1);
    CHECK(log.events.empty());
}

TEST_CASE("lines of unknown kinds are counted, oneDNN's remarks and the model's prints are not events") {
    const Log log = read(
        "onednn_verbose,v1,primitive,frobnicate,cpu,reorder,jit:uni,undef,,,,8x8,1\n"
        "onednn_verbose,v1,primitive,info,template:nothing,of,use\n"
        "onednn_verbose,v1,primitive,create:dispatch,convolution,unsupported format tag,src/cpu/x64/some.cpp:261\n"
        "hello from the model\n"
        "\n");
    CHECK(log.events.empty());
    CHECK(log.unknown_lines == 2);
    CHECK(log.foreign_lines == 1);
    CHECK(log.torn_lines == 0);
}

TEST_CASE("memory descriptors of every format are read") {
    const auto memory = parse_memory(
        "src_f8_e5m2:a:blocked:acdb:f0 wei:bf16:ap:blocked:AcdB8a4b::f0 bia:undef::undef::: dst_s8::any::f0 nonsense");
    REQUIRE(memory.size() == 4);
    CHECK(memory[0].role == "src");
    CHECK(memory[0].data_type == "f8_e5m2");
    CHECK(memory[0].layout == "acdb");
    CHECK(memory[1].layout == "AcdB8a4b");
    CHECK(memory[2].data_type == "undef");
    CHECK(memory[3].layout == "any");
}
