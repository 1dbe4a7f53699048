#include "ops/movement/gather.hpp"
#include "kernels/generic/movement/joining.hpp"
#include "kernels/generic/movement/movement.hpp"
#include "kernels/geometry.hpp"
#include "kernels/operands.hpp"
#include "ops/constraints.hpp"
#include "ops/movement/attributes.hpp"

namespace burin {

using namespace gather;
namespace {

struct GatherGeometry {
  int32_t batches;
  int32_t outer;
  int32_t length;
  int32_t slice_bytes;
  int32_t count;

  template <class Visit>
  void fields(Visit visit) const {
    visit("batches", batches);
    visit("outer", outer);
    visit("length", length);
    visit("slice_bytes", slice_bytes);
    visit("count", count);
  }
};

class GatherKernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{"Gather", Op::gather, KernelSet::generic, "generic/gather.hpp",
                                       "Copies slice after slice."};
    return facts;
  }
  std::variant<KernelCall, Refusal> lower(const NodeView& view, const LoweringContext&) const override {
    if (view.input(1).is_constant() && has_dtype(view.input(1), DType::s64))
      return Refusal{"constant indices are int32"};
    const GatherExtents e = extents_of(view);
    const int64_t slice = e.inner * byte_width(view.input(0).type.dtype);
    KernelCall call;
    call.geometry = Geometry(GatherGeometry{.batches = static_cast<int32_t>(e.batches),
                                            .outer = static_cast<int32_t>(e.outer),
                                            .length = static_cast<int32_t>(e.length),
                                            .slice_bytes = static_cast<int32_t>(slice),
                                            .count = static_cast<int32_t>(e.count)});
    call.arguments = {operand_argument(view, 0, "input", call)};
    call.arguments.push_back(operand_argument(view, 1, "indices", call));
    call.arguments.push_back(OutputArgument{0});
    const int64_t bytes = view.output().type.bytes();
    call.work.instructions = 40 + bytes + 24 * (bytes / slice);
    call.code_bytes = 120;
    return call;
  }
};

}  // namespace

const Kernel& gather_kernel() {
  static const GatherKernel instance;
  return instance;
}

}  // namespace burin
