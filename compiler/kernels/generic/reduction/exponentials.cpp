#include "kernels/generic/reduction/exponentials.hpp"

namespace burin {

std::vector<int32_t> exponential_table(const Exponentials& all) {
  std::vector<int32_t> table(all.begin(), all.end());
  while (table.back() == 0) table.pop_back();
  return table;
}

}  // namespace burin
