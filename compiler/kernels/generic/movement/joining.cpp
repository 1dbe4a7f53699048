#include "kernels/generic/movement/joining.hpp"

#include "kernels/generic/movement/movement.hpp"
#include "kernels/geometry.hpp"
#include "kernels/operands.hpp"

namespace burin {

using namespace joining;
namespace {

struct JoinGeometry {
  int32_t outer;

  template <class Visit>
  void fields(Visit visit) const {
    visit("outer", outer);
  }
};

std::string part_name(const char* name, size_t i) {
  return name + std::to_string(i);
}

}  // namespace

std::variant<KernelCall, Refusal> JoinKernel::lower(const NodeView& view, const LoweringContext&) const {
  const int64_t slices = slices_of(view.output().type.shape, axis_of(view));
  KernelCall call;
  call.geometry = Geometry(JoinGeometry{.outer = static_cast<int32_t>(slices)});
  call.arguments = {OutputArgument{0}};
  for (size_t i = 0; i < view.node.inputs.size(); ++i) {
    call.arguments.push_back(operand_argument(view, i, part_name("part", i), call));
    call.arguments.emplace_back(static_cast<int32_t>(view.input(i).type.bytes() / slices));
  }
  // The first part need not move where it is one piece.
  if (slices == 1 && !view.input(0).is_constant())
    call.overlaps.push_back({.input = 0, .distance = 0, .same_address_only = true});
  const auto parts = static_cast<int64_t>(view.node.inputs.size());
  call.work.instructions = view.output().type.bytes() + 20 * slices * parts;
  call.code_bytes = 24 * static_cast<int32_t>(parts) + 40;
  return call;
}

std::variant<KernelCall, Refusal> SeparateKernel::lower(const NodeView& view, const LoweringContext&) const {
  const int64_t slices = slices_of(view.input(0).type.shape, axis_of(view));
  KernelCall call;
  call.geometry = Geometry(JoinGeometry{.outer = static_cast<int32_t>(slices)});
  call.arguments = {operand_argument(view, 0, "whole", call)};
  for (size_t i = 0; i < view.node.outputs.size(); ++i) {
    call.arguments.push_back(OutputArgument{i});
    call.arguments.emplace_back(static_cast<int32_t>(view.output(i).type.bytes() / slices));
  }
  const auto parts = static_cast<int64_t>(view.node.outputs.size());
  call.work.instructions = view.input(0).type.bytes() + 20 * slices * parts;
  call.code_bytes = 24 * static_cast<int32_t>(parts) + 40;
  return call;
}

}  // namespace burin
