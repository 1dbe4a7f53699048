#include "kernels/arm_dsp/elementwise/sum.hpp"

#include <cmath>

#include "arithmetic/linear_form.hpp"
#include "kernels/generic/elementwise/sum.hpp"
#include "kernels/geometry.hpp"
#include "kernels/operands.hpp"

namespace burin {

using namespace sum;

namespace {

// Tensors as rows, stored whole.
struct SumGeometry {
  int32_t rows;
  int32_t row_elements;
  int32_t left_ring_rows;
  int32_t right_ring_rows;
  int32_t output_ring_rows;

  template <class Visit>
  void fields(Visit visit) const {
    visit("rows", rows);
    visit("row_elements", row_elements);
    visit("left_ring_rows", left_ring_rows);
    visit("right_ring_rows", right_ring_rows);
    visit("output_ring_rows", output_ring_rows);
  }
};

}  // namespace

std::variant<KernelCall, Refusal> SumProvedKernel::lower(const NodeView& view,
                                                         const LoweringContext& context) const {
  if (!has_dtype(view.output(), DType::s8)) return Refusal{"it computes int8"};
  const Shape& shape = view.output().type.shape;
  if (view.input(0).type.shape.elements() != shape.elements() ||
      view.input(1).type.shape.elements() != shape.elements())
    return Refusal{"it does not broadcast"};
  const SumScaling scaling = sum_scaling(view, sign_);
  const auto real = [](FixedPointMultiplier factor) {
    return std::ldexp(factor.multiplier, factor.shift - 31);
  };
  const ClampRange range = activation_range(view.node.activation, view.output());
  const double unit = real(scaling.output) * (1 << scaling.bits);
  const std::optional<CutLinearForm> form = find_cut_linear_form(
      values_of_pairs(QuantizedSum(view, sign_, context.rounding)), real(scaling.left) * unit,
      sign_ * (real(scaling.right) * unit), range.lowest, range.highest);
  if (!form) return Refusal{"no linear form equals the definition for every pair of bytes"};

  // Rows of an image, where the tensor is one; else a single row.
  const int32_t rows = shape.rank() == 4 && shape[0] == 1 ? shape[1] : 1;
  const auto elements = static_cast<int32_t>(shape.elements());
  const std::vector<uint32_t> stream = {static_cast<uint32_t>(form->left_factor),
                                        static_cast<uint32_t>(form->right_factor),
                                        static_cast<uint32_t>(form->offset)};
  KernelCall call;
  call.geometry = Geometry(SumGeometry{.rows = rows,
                                       .row_elements = elements / rows,
                                       .left_ring_rows = 0,
                                       .right_ring_rows = 0,
                                       .output_ring_rows = 0},
                           ClampGeometry{.activation_min = range.lowest, .activation_max = range.highest});
  call.arguments = {operand_argument(view, 0, "left", call)};
  call.arguments.push_back(operand_argument(view, 1, "right", call));
  call.constants.push_back({"stream", ElementType::u32, Constant::of(stream), 4});
  call.arguments.insert(call.arguments.end(),
                        {ConstantArgument{call.constants.size() - 1}, OutputArgument{0}, int32_t{0}, rows});
  allow_in_place(view, 0, call);
  allow_in_place(view, 1, call);
  const bool clamps = range.lowest > -128 || range.highest < 127;
  call.work.packed = 60 + 25 * int64_t{elements} / 4 + (clamps ? 11 * int64_t{elements} / 4 : 0);
  call.code_bytes = clamps ? 420 : 320;
  call.requantization = "one linear form, proved for all 65,536 pairs of bytes";
  return call;
}

}  // namespace burin
