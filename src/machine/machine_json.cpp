#include "base/checked_json.h"
#include "machine/machine.h"

namespace gravbench::machine {
namespace {

template <typename T>
Json known(const T& value) {
    return value == T{} ? Json() : Json(value);
}

Json to_json(const Cache& cache) {
    return {{"level", cache.level},
            {"type", known(cache.type)},
            {"size_bytes", known(cache.size_bytes)},
            {"shared_by", known(cache.shared_by)}};
}

std::string text_if_known(const Json& json, const char* key, const std::string& where) {
    return checked::has(json, key) ? checked::text(json, key, where) : "";
}

int count_if_known(const Json& json, const char* key, const std::string& where) {
    return checked::has(json, key) ? checked::small_integer(json, key, where) : 0;
}

std::int64_t bytes_if_known(const Json& json, const char* key, const std::string& where) {
    return checked::has(json, key) ? checked::integer(json, key, checked::not_negative, where) : 0;
}

std::vector<Cache> caches_from(const Json& json, const std::string& where) {
    std::vector<Cache> caches;
    for (const Json& cache : checked::list(json, "caches", where)) {
        const std::string place = checked::place_of(where, "caches", caches.size());
        caches.push_back({checked::small_integer(cache, "level", place), text_if_known(cache, "type", place),
                          bytes_if_known(cache, "size_bytes", place), count_if_known(cache, "shared_by", place)});
    }
    return caches;
}

}  // namespace

Json to_json(const Machine& machine) {
    Json caches = Json::array();
    for (const Cache& cache : machine.caches) {
        caches.push_back(to_json(cache));
    }
    return {{"id", machine.id ? Json(*machine.id) : Json()},
            {"instance_type", machine.instance_type ? Json(*machine.instance_type) : Json()},
            {"arch", known(machine.arch)},
            {"cpu", known(machine.cpu)},
            {"vcpus", known(machine.vcpus)},
            {"usable_cpus", known(machine.usable_cpus)},
            {"physical_cores", known(machine.physical_cores)},
            {"threads_per_core", known(machine.threads_per_core)},
            {"isa", machine.isa},
            {"caches", caches},
            {"memory_bytes", known(machine.memory_bytes)},
            {"kernel", known(machine.kernel)},
            {"thp", known(machine.thp)},
            {"governor", known(machine.governor)},
            {"cpu_quota", machine.cpu_quota ? Json(*machine.cpu_quota) : Json()}};
}

Machine machine_from(const Json& json, const std::string& where) {
    checked::check_object(json, where);
    Machine machine;
    if (checked::has(json, "id")) {
        machine.id = checked::text(json, "id", where);
    }
    if (checked::has(json, "instance_type")) {
        machine.instance_type = checked::text(json, "instance_type", where);
    }
    machine.arch = text_if_known(json, "arch", where);
    machine.cpu = text_if_known(json, "cpu", where);
    machine.vcpus = count_if_known(json, "vcpus", where);
    machine.usable_cpus = count_if_known(json, "usable_cpus", where);
    machine.physical_cores = count_if_known(json, "physical_cores", where);
    machine.threads_per_core = count_if_known(json, "threads_per_core", where);
    if (checked::has(json, "isa")) {
        machine.isa = checked::texts(json, "isa", where);
    }
    if (checked::has(json, "caches")) {
        machine.caches = caches_from(json, where);
    }
    machine.memory_bytes = bytes_if_known(json, "memory_bytes", where);
    machine.kernel = text_if_known(json, "kernel", where);
    machine.thp = text_if_known(json, "thp", where);
    machine.governor = text_if_known(json, "governor", where);
    if (checked::has(json, "cpu_quota")) {
        machine.cpu_quota = checked::number_not_negative(json, "cpu_quota", where);
    }
    return machine;
}

}  // namespace gravbench::machine
