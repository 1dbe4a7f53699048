#include "ops/movement/resize_nearest_neighbor.hpp"
#include "kernels/generic/movement/movement.hpp"
#include "kernels/generic/movement/resizing.hpp"
#include "kernels/operands.hpp"
#include "ops/constraints.hpp"

namespace burin {

using namespace resize_nearest_neighbor;
namespace {

struct PixelGeometry {
  int32_t pixel_bytes;

  template <class Visit>
  void fields(Visit visit) const {
    visit("pixel_bytes", pixel_bytes);
  }
};

class ResizeNearestNeighborKernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{"ResizeNearestNeighbor", Op::resize_nearest_neighbor,
                                       KernelSet::generic, "generic/resize_nearest_neighbor.hpp",
                                       "Copies pixel after pixel, by tables of rows and columns."};
    return facts;
  }
  std::variant<KernelCall, Refusal> lower(const NodeView& view, const LoweringContext&) const override {
    const std::vector<int32_t> rows = rows_of(view);
    const std::vector<int32_t> columns = columns_of(view);
    const auto narrow = [](const std::vector<int32_t>& wide) {
      return Constant::of(std::vector<uint16_t>(wide.begin(), wide.end()));
    };
    KernelCall call;
    call.geometry = Geometry(resize_geometry(view));
    call.geometry.append(PixelGeometry{view.input(0).type.shape[3] * byte_width(view.input(0).type.dtype)});
    const KernelArgument input = operand_argument(view, 0, "input", call);
    call.constants.push_back({"rows", ElementType::u16, narrow(rows), 4});
    call.constants.push_back({"columns", ElementType::u16, narrow(columns), 4});
    const size_t tables = call.constants.size() - 2;
    call.arguments = {input, ConstantArgument{tables}, ConstantArgument{tables + 1}, OutputArgument{0}};
    const int64_t bytes = view.output().type.bytes();
    call.work.instructions =
        40 + bytes +
        20 * int64_t{view.output().type.shape[0]} * view.output().type.shape[1] * view.output().type.shape[2];
    call.code_bytes = 120;
    return call;
  }
};

}  // namespace

const Kernel& resize_nearest_neighbor_kernel() {
  static const ResizeNearestNeighborKernel instance;
  return instance;
}

}  // namespace burin
