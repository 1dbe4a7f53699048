// Runs the tests. Exit code 0: all passed; 4: all were skipped, as CTest expects it; 1: anything else.
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>

#include "support/skip.hpp"

namespace {

size_t test_cases = 0;

#ifdef BURIN_CATCH_3
using Listener = Catch::EventListenerBase;
#else
using Listener = Catch::TestEventListenerBase;
#endif

struct Counter : Listener {
  using Listener::Listener;
  void testCaseEnded(const Catch::TestCaseStats&) override { ++test_cases; }
};
CATCH_REGISTER_LISTENER(Counter)

}  // namespace

int main(int argument_count, char** arguments) {
  const int result = Catch::Session().run(argument_count, arguments);
  const size_t skipped = burin::test::skipped_test_cases();
  const bool all_skipped = skipped > 0 && skipped == test_cases;
#ifdef BURIN_CATCH_3
  if (result == 4 && all_skipped) return 4;
#endif
  if (result != 0) return 1;  // Catch's own is the number of failures, which may be 4
  return all_skipped ? 4 : 0;
}
