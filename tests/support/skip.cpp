#include "support/skip.hpp"

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <cstdio>

#include "corpus.hpp"
#include "execute/toolchain.hpp"

namespace burin::test {
namespace {

size_t skipped = 0;

void require_tool(Tool tool) {
  const Result<std::vector<std::string>> found = find_tool(tool);
  if (!found) skip(found.diagnostics().front().message);
}

}  // namespace

void skip(const std::string& reason) {
  ++skipped;
  fmt::print("skipped: {}: {}\n", Catch::getResultCapture().getCurrentTestName(), reason);
  std::fflush(stdout);
#ifdef BURIN_CATCH_3
  SKIP(reason);
#else
  // Catch2 2 ends a test case by this exception after it has counted a failure. Nothing is counted here.
  throw Catch::TestFailureException();
#endif
}

void require_arm_compiler() {
  require_tool(Tool::arm_cxx);
}

void require_emulation() {
  require_tool(Tool::arm_cxx);
  require_tool(Tool::qemu);
}

void require_corpus() {
  if (models_below(corpus_folder()).empty())
    skip(fmt::format("no public models at {}; BURIN_CORPUS names another folder", corpus_folder().string()));
}

size_t skipped_test_cases() {
  return skipped;
}

}  // namespace burin::test
