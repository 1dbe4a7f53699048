#include "samplers/samplers.hpp"

namespace burin {

Graph sample_graph(Op op, Random& random) {
  switch (op) {
#define BURIN_OPERATOR(name) \
  case Op::name:             \
    return sample_##name(random);
#include "ops/ops.def"
#undef BURIN_OPERATOR
  }
  internal_error("an operator outside of ops.def", __FILE__, __LINE__);
}

}  // namespace burin
