#pragma once

#include <string>

#include "doctor/check.h"
#include "machine/fake_host.h"

namespace gravbench::doctor {

/// What the doctor sees there in a clean shell, with nobody else running and no engine asked.
Facts facts_on(const machine::FakeHost& host, const machine::Self& self);

/// Adds an x86 virtual machine with AMX and four CPUs that all are cores, set up as one would wish.
void make_x86_guest(machine::FakeHost& host);

/// The facts of it: nothing to complain of.
Facts clean_facts();
/// The same on the fake host's c7g.xlarge.
Facts graviton3_facts();

/// LibTorch as it describes itself on the machine of clean_facts() and on that of graviton3_facts().
Engine x86_engine();
Engine arm_engine();

/// The finding of that name. Fails the test unless there is exactly one.
Finding found(const Facts& facts, const std::string& name);

/// Whether there is any.
bool is_found(const Facts& facts, const std::string& name);

std::string status_of(const Facts& facts, const std::string& name);

}  // namespace gravbench::doctor
