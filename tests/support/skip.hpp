// Tests that cannot run here. CTest lists them as skipped; they do not pass.
#pragma once

#include <string>

namespace burin::test {

// Ends the test case. CTest shows it as skipped, unless a check before this one failed.
[[noreturn]] void skip(const std::string& reason);

// What a test cannot do without: each returns where it is there, and skips the test case where it is not.
void require_arm_compiler();
// The Arm compiler and QEMU.
void require_emulation();
// The public models, at corpus_folder().
void require_corpus();

// The number of test cases that skip() has ended.
size_t skipped_test_cases();

}  // namespace burin::test
