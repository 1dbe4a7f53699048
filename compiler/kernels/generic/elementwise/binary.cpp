#include "kernels/generic/elementwise/binary.hpp"

#include "kernels/geometry.hpp"
#include "kernels/operands.hpp"
#include "ops/numerics.hpp"

namespace burin {

using namespace binary;
namespace {

// See generic/broadcast.hpp.
struct BroadcastGeometry {
  int32_t inner;
  int32_t left_step;
  int32_t right_step;
  int32_t outer_axes;

  template <class Visit>
  void fields(Visit visit) const {
    visit("inner", inner);
    visit("left_step", left_step);
    visit("right_step", right_step);
    visit("outer_axes", outer_axes);
  }
};

struct Axis {
  int32_t extent;
  int32_t left_stride;
  int32_t right_stride;
};

// The loops over the output, innermost first, in as few axes as the strides allow; at least one.
std::vector<Axis> broadcast_axes(const Shape& left, const Shape& right) {
  std::vector<Axis> axes;
  int32_t left_elements = 1;
  int32_t right_elements = 1;
  for (size_t i = 0; i < std::max(left.rank(), right.rank()); ++i) {
    const int32_t l = dimension(left, i);
    const int32_t r = dimension(right, i);
    const Axis axis{std::max(l, r), l == 1 ? 0 : left_elements, r == 1 ? 0 : right_elements};
    left_elements *= l;
    right_elements *= r;
    if (axis.extent == 1) continue;
    const auto continues = [&](const Axis& inner) {
      return axis.left_stride == inner.left_stride * inner.extent &&
             axis.right_stride == inner.right_stride * inner.extent;
    };
    if (!axes.empty() && continues(axes.back()))
      axes.back().extent *= axis.extent;
    else
      axes.push_back(axis);
  }
  if (axes.empty()) axes.push_back({1, 1, 1});
  return axes;
}

}  // namespace

void describe_broadcast(const NodeView& view, KernelCall& call) {
  const std::vector<Axis> axes = broadcast_axes(view.input(0).type.shape, view.input(1).type.shape);
  const Axis& inner = axes.front();
  call.geometry = Geometry(BroadcastGeometry{.inner = inner.extent,
                                             .left_step = inner.left_stride,
                                             .right_step = inner.right_stride,
                                             .outer_axes = static_cast<int32_t>(axes.size()) - 1});
  call.arguments = {operand_argument(view, 0, "left", call)};
  call.arguments.push_back(operand_argument(view, 1, "right", call));
  if (axes.size() > 1) {
    std::vector<int32_t> outer;
    for (size_t i = 1; i < axes.size(); ++i)
      outer.insert(outer.end(), {axes[i].extent, axes[i].left_stride, axes[i].right_stride});
    call.constants.push_back({"axes", ElementType::s32, Constant::of(outer), 4});
    call.arguments.push_back(ConstantArgument{call.constants.size() - 1});
  }
  call.arguments.push_back(OutputArgument{0});
  allow_in_place(view, 0, call);
  allow_in_place(view, 1, call);
}

std::variant<KernelCall, Refusal> BinaryF32Kernel::lower(const NodeView& view, const LoweringContext&) const {
  if (!has_dtype(view.output(), DType::f32)) return Refusal{"it computes float32"};
  KernelCall call;
  describe_broadcast(view, call);
  if (operator_of(view.node).facts().activation) {
    const RealRange range = activation_range_f32(view.node);
    call.arguments.emplace_back(range.lowest);
    call.arguments.emplace_back(range.highest);
  }
  const int64_t elements = view.output().type.shape.elements();
  call.work = {.instructions = 14 * elements, .float_products = elements};
  call.code_bytes = 120;
  return call;
}

std::variant<KernelCall, Refusal> BinaryS32Kernel::lower(const NodeView& view, const LoweringContext&) const {
  if (!has_dtype(view.output(), DType::s32)) return Refusal{"it computes int32"};
  const IntegerBounds bounds = plain_bounds(view);
  KernelCall call;
  describe_broadcast(view, call);
  call.arguments.emplace_back(static_cast<int32_t>(bounds.lowest));
  call.arguments.emplace_back(static_cast<int32_t>(bounds.highest));
  call.work.instructions = 12 * view.output().type.shape.elements();
  call.code_bytes = 120;
  return call;
}

}  // namespace burin
