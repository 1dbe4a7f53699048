#include "kernels/generic/movement/movement.hpp"

#include "kernels/geometry.hpp"
#include "kernels/operands.hpp"

namespace burin {
namespace {

struct RunsGeometry {
  int32_t axes;
  int32_t offset;
  int32_t run_bytes;

  template <class Visit>
  void fields(Visit visit) const {
    visit("axes", axes);
    visit("offset", offset);
    visit("run_bytes", run_bytes);
  }
};

// The same movement of bytes in runs: axes of one element dropped, axes that continue each other joined.
struct Runs {
  int64_t offset = 0;
  int64_t run_bytes = 1;
  std::vector<Movement::Axis> axes;
};

Runs runs_of(const Movement& movement, int64_t element_bytes) {
  Runs runs{.offset = movement.offset * element_bytes, .run_bytes = element_bytes, .axes = {}};
  for (size_t i = movement.axes.size(); i-- > 0;) {
    Movement::Axis axis = movement.axes[i];
    axis.stride *= element_bytes;
    if (axis.extent == 1) continue;
    if (runs.axes.empty() && axis.stride == runs.run_bytes) {
      runs.run_bytes *= axis.extent;
    } else if (!runs.axes.empty() && axis.stride == runs.axes.front().extent * runs.axes.front().stride) {
      runs.axes.front().extent *= axis.extent;
    } else {
      runs.axes.insert(runs.axes.begin(), axis);
    }
  }
  return runs;
}

// No byte is read from in front of where it is written.
bool reads_ahead(const Runs& runs) {
  int64_t dense = runs.run_bytes;
  for (size_t i = runs.axes.size(); i-- > 0;) {
    if (runs.axes[i].stride < dense) return false;
    dense *= runs.axes[i].extent;
  }
  return runs.offset >= 0;
}

}  // namespace

std::variant<KernelCall, Refusal> StridedCopyKernel::lower(const NodeView& view,
                                                           const LoweringContext&) const {
  const auto& definition = dynamic_cast<const MovementOperator&>(operator_of(view.node));
  const Runs runs = runs_of(definition.movement(view), byte_width(view.input(0).type.dtype));
  KernelCall call;
  call.geometry = Geometry(RunsGeometry{.axes = static_cast<int32_t>(runs.axes.size()),
                                        .offset = static_cast<int32_t>(runs.offset),
                                        .run_bytes = static_cast<int32_t>(runs.run_bytes)});
  call.arguments = {operand_argument(view, 0, "input", call)};
  if (!runs.axes.empty()) {
    std::vector<int32_t> axes;
    for (const Movement::Axis& axis : runs.axes)
      axes.insert(axes.end(), {axis.extent, static_cast<int32_t>(axis.stride)});
    call.arguments.push_back(ConstantArgument{call.constants.size()});
    call.constants.push_back({"axes", ElementType::s32, Constant::of(axes), 4});
  }
  call.arguments.push_back(OutputArgument{0});
  if (reads_ahead(runs) && !view.input(0).is_constant()) call.overlaps.push_back({.input = 0});
  const int64_t bytes = view.output().type.bytes();
  call.work.instructions = bytes + bytes / runs.run_bytes * 24 + 40;
  call.code_bytes = 120;
  return call;
}

}  // namespace burin
