#include "catch.h"
#include "doctor/facts_builder.h"
#include "doctor/variable.h"

namespace gravbench::doctor {
namespace {

using Shell = std::map<std::string, std::string>;

/// A shell's variable and what is to be said of it; `others` are set too.
struct Row {
    const char* name;
    const char* value;
    Status status;
    const char* text;    ///< a part of it
    const char* remedy;  ///< all of it
    Shell others = {};
};

void check(const Row& row, Facts facts) {
    facts.environment = row.others;
    facts.environment[row.name] = row.value;
    const Finding finding = found(facts, std::string("export ") + row.name);
    INFO(row.name << "=" << row.value << ": " << finding.text);
    CHECK(name_of(finding.status) == std::string(name_of(row.status)));
    CHECK_THAT(finding.text, Contains(row.text));
    CHECK(finding.remedy == row.remedy);
}

TEST_CASE("a clean shell has no stray exports") {
    Facts facts = clean_facts();
    facts.environment = {{"PATH", "/bin"}, {"HOME", "/root"}, {"LANG", "C"}, {"LRU_CACHE_CAPACITY", ""}};
    CHECK(found(facts, "exports").status == Status::good);
}

TEST_CASE("where a variable is set the shell is not called clean") {
    Facts facts = clean_facts();
    facts.environment = {{"ONEDNN_VERBOSE", "1"}};
    CHECK_FALSE(is_found(facts, "exports"));
}

TEST_CASE("each variable of oneDNN is judged by its value") {
    for (const Row& row : std::vector<Row>{
             {"DNNL_DEFAULT_FPMATH_MODE", "BFLOAT16", Status::warning, "oneDNN takes it for strict",
              "export DNNL_DEFAULT_FPMATH_MODE=BF16"},
             {"ONEDNN_DEFAULT_FPMATH_MODE", "fast", Status::warning, "is not one of strict, bf16, f16, tf32, any",
              "unset ONEDNN_DEFAULT_FPMATH_MODE"},
             {"DNNL_DEFAULT_FPMATH_MODE", "Bf16", Status::good, "Bf16", ""},
             {"DNNL_DEFAULT_FPMATH_MODE", "STRICT", Status::good, "which is the default", ""},
             {"DNNL_DEFAULT_FPMATH_MODE",
              "BF16",
              Status::warning,
              "ONEDNN_DEFAULT_FPMATH_MODE says strict, which wins",
              "unset DNNL_DEFAULT_FPMATH_MODE",
              {{"ONEDNN_DEFAULT_FPMATH_MODE", "strict"}}},
             {"DNNL_DEFAULT_FPMATH_MODE",
              "BF16",
              Status::notice,
              "says the same",
              "unset DNNL_DEFAULT_FPMATH_MODE",
              {{"ONEDNN_DEFAULT_FPMATH_MODE", "bf16"}}},
             {"ONEDNN_PRIMITIVE_CACHE_CAPACITY", "0", Status::warning, "turns oneDNN's primitive cache off",
              "unset ONEDNN_PRIMITIVE_CACHE_CAPACITY"},
             {"ONEDNN_PRIMITIVE_CACHE_CAPACITY", "1024", Status::good, "the default", ""},
             {"DNNL_PRIMITIVE_CACHE_CAPACITY",
              "64",
              Status::warning,
              "ONEDNN_PRIMITIVE_CACHE_CAPACITY says 8, which wins",
              "unset DNNL_PRIMITIVE_CACHE_CAPACITY",
              {{"ONEDNN_PRIMITIVE_CACHE_CAPACITY", "8"}}},
             {"ONEDNN_VERBOSE", "1", Status::warning, "a line for each kernel", "unset ONEDNN_VERBOSE"},
             {"DNNL_VERBOSE", "0", Status::good, "0", ""},
             {"ONEDNN_MAX_CPU_ISA", "AVX2", Status::warning, "from newer instructions", "unset ONEDNN_MAX_CPU_ISA"},
             {"DNNL_MAX_CPU_ISA", "default", Status::good, "default", ""},
             {"LRU_CACHE_CAPACITY", "0", Status::warning, "crash", "unset LRU_CACHE_CAPACITY"},
             {"LRU_CACHE_CAPACITY", "many", Status::warning, "must be positive", "unset LRU_CACHE_CAPACITY"},
             {"LRU_CACHE_CAPACITY", "1024", Status::notice, "mostly no effect", "unset LRU_CACHE_CAPACITY"},
         }) {
        check(row, clean_facts());
    }
}

TEST_CASE("each variable of threads is judged by its value") {
    for (const Row& row : std::vector<Row>{
             {"OMP_NUM_THREADS", "16", Status::warning, "16 threads share 4 usable CPUs", "export OMP_NUM_THREADS=4"},
             {"OMP_NUM_THREADS", "none", Status::warning, "is no number of threads", "unset OMP_NUM_THREADS"},
             {"OMP_NUM_THREADS", "1", Status::notice, "1 of 4 cores",
              "export OMP_NUM_THREADS=4, unless several processes share the machine"},
             {"OMP_NUM_THREADS", "4", Status::good, "4", ""},
             {"MKL_NUM_THREADS",
              "2",
              Status::warning,
              "but OMP_NUM_THREADS is 4",
              "unset MKL_NUM_THREADS",
              {{"OMP_NUM_THREADS", "4"}}},
             {"OPENBLAS_NUM_THREADS", "8", Status::warning, "8 threads share 4", "export OPENBLAS_NUM_THREADS=4"},
             {"GOMP_CPU_AFFINITY",
              "0-3",
              Status::warning,
              "OMP_PLACES=cores wins",
              "unset GOMP_CPU_AFFINITY",
              {{"OMP_PLACES", "cores"}}},
             {"GOMP_CPU_AFFINITY",
              "0-3",
              Status::warning,
              "OMP_PROC_BIND=false turns it off",
              "unset GOMP_CPU_AFFINITY",
              {{"OMP_PROC_BIND", "false"}}},
             {"OMP_PLACES",
              "cores",
              Status::notice,
              "does nothing beside OMP_PROC_BIND=false",
              "unset OMP_PLACES",
              {{"OMP_PROC_BIND", "false"}}},
             {"OMP_PROC_BIND", "false", Status::good, "false", ""},
             {"OMP_PROC_BIND", "perhaps", Status::warning, "is not one of true, false", "unset OMP_PROC_BIND"},
             {"OMP_PROC_BIND", "spread,close", Status::notice, "openmp affinity", "unset OMP_PROC_BIND"},
             {"KMP_AFFINITY", "granularity=fine,compact,1,0", Status::notice, "does nothing", "unset KMP_AFFINITY"},
             {"KMP_BLOCKTIME",
              "1",
              Status::good,
              "read by the Intel or LLVM runtime",
              "",
              {{"LD_PRELOAD", "/opt/lib/libiomp5.so"}}},
             {"KMP_DUPLICATE_LIB_OK", "TRUE", Status::warning, "hides that there are two",
              "unset KMP_DUPLICATE_LIB_OK"},
             {"LD_PRELOAD", "/opt/lib/libiomp5.so", Status::warning, "second OpenMP runtime", "unset LD_PRELOAD"},
             {"LD_PRELOAD", "libjemalloc.so.2", Status::notice, "--allocator", "unset LD_PRELOAD"},
         }) {
        check(row, clean_facts());
    }
}

TEST_CASE("each other variable is judged by its value") {
    for (const Row& row : std::vector<Row>{
             {"THP_MEM_ALLOC_ENABLE", "1", Status::good, "1", ""},
             {"THP_MEM_ALLOC_ENABLE", "0", Status::good, "the default", ""},
             {"ATEN_CPU_CAPABILITY", "default", Status::warning, "instead of what the CPU has",
              "unset ATEN_CPU_CAPABILITY"},
             {"MALLOC_ARENA_MAX", "1", Status::notice, "allocator", "unset MALLOC_ARENA_MAX"},
             {"MALLOC_PERTURB_", "1", Status::warning, "slower", "unset MALLOC_PERTURB_"},
             {"TORCH_MKLDNN_MATMUL_MIN_DIM", "1024", Status::notice, "nothing for fp32 on x86",
              "unset TORCH_MKLDNN_MATMUL_MIN_DIM"},
             {"MKL_DEBUG_CPU_TYPE", "5", Status::notice, "no more since 2020 Update 1", "unset MKL_DEBUG_CPU_TYPE"},
         }) {
        check(row, clean_facts());
    }
}

TEST_CASE("what the LibTorch of aarch64 no longer reads does nothing there") {
    for (const Row& row : std::vector<Row>{
             {"LRU_CACHE_CAPACITY", "1024", Status::notice, "does nothing in newer LibTorch",
              "unset LRU_CACHE_CAPACITY"},
             {"THP_MEM_ALLOC_ENABLE", "1", Status::notice, "mimalloc", "unset THP_MEM_ALLOC_ENABLE"},
             {"MALLOC_ARENA_MAX", "1", Status::notice, "does not reach tensors", "unset MALLOC_ARENA_MAX"},
             {"TORCH_MKLDNN_MATMUL_MIN_DIM", "1024", Status::notice, "below 1024 go to BLAS",
              "unset TORCH_MKLDNN_MATMUL_MIN_DIM"},
             {"MKL_DEBUG_CPU_TYPE", "5", Status::notice, "no MKL on Arm", "unset MKL_DEBUG_CPU_TYPE"},
             {"DNNL_DEFAULT_FPMATH_MODE", "BF16", Status::good, "BF16", ""},
         }) {
        check(row, graviton3_facts());
    }
}

TEST_CASE("BF16 math does nothing where the CPU lacks the instructions") {
    Facts graviton2 = graviton3_facts();
    graviton2.machine.isa = {"asimd"};
    check(
        {"DNNL_DEFAULT_FPMATH_MODE", "BF16", Status::notice, "this CPU has no BF16", "unset DNNL_DEFAULT_FPMATH_MODE"},
        graviton2);
    Facts x86 = clean_facts();
    x86.machine.isa = {"avx512f", "avx512_bf16"};
    check({"ONEDNN_DEFAULT_FPMATH_MODE", "any", Status::notice, "this CPU has no AMX",
           "unset ONEDNN_DEFAULT_FPMATH_MODE"},
          x86);
}

TEST_CASE("huge pages that the kernel never gives cannot be switched on by a variable") {
    Facts facts = clean_facts();
    facts.machine.thp = "never";
    check({"THP_MEM_ALLOC_ENABLE", "1", Status::notice, "off in the kernel", "unset THP_MEM_ALLOC_ENABLE"}, facts);
}

TEST_CASE("every variable of the tables has a reason and is told once") {
    for (const auto* table : {&onednn_variables(), &thread_variables(), &other_variables()}) {
        for (const Variable& row : *table) {
            Facts facts = clean_facts();
            std::string name = row.name;
            name = name.back() == '*' ? name.substr(0, name.size() - 1) + "X" : name;
            facts.environment[name] = "1";
            CHECK_FALSE(found(facts, "export " + name).text.empty());
            CHECK_FALSE(found(facts, "export " + name).why.empty());
        }
    }
}

TEST_CASE("exports that do nothing leave a machine fit to measure") {
    Facts facts = clean_facts();
    facts.environment = {
        {"KMP_AFFINITY", "compact"}, {"LRU_CACHE_CAPACITY", "0"}, {"DNNL_DEFAULT_FPMATH_MODE", "BFLOAT16"}};
    CHECK(is_fit(diagnose(facts)));
}

}  // namespace
}  // namespace gravbench::doctor
