#include "kernels/generic/elementwise/unary.hpp"

#include "kernels/geometry.hpp"
#include "kernels/operands.hpp"

namespace burin {

std::variant<KernelCall, Refusal> TwoSlopesKernel::lower(const NodeView& view,
                                                         const LoweringContext& context) const {
  if (has_dtype(view.input(0), DType::f32)) return Refusal{"it computes quantized integers"};
  const SlopedFunction f = function_(view, context.rounding);
  const std::vector<int32_t> quantization = {f.input_zero,     f.output_zero,         f.positive.multiplier,
                                             f.positive.shift, f.negative.multiplier, f.negative.shift,
                                             f.negative_sign,  f.range.lowest,        f.range.highest};
  const int64_t elements = view.output().type.shape.elements();
  KernelCall call;
  call.geometry = Geometry(ElementsGeometry{.elements = static_cast<int32_t>(elements)},
                           RoundingGeometry(context.rounding));
  const KernelArgument operand = operand_argument(view, 0, "input", call);
  call.constants.push_back({"quantization", ElementType::s32, Constant::of(quantization), 4});
  call.arguments = {operand, ConstantArgument{call.constants.size() - 1}, OutputArgument{0}};
  allow_in_place(view, 0, call);
  call.work = {.instructions = 40 + 18 * elements, .requantizations = elements};
  call.code_bytes = 180;
  return call;
}

std::variant<KernelCall, Refusal> LookupKernel::lower(const NodeView& view,
                                                      const LoweringContext& context) const {
  const DType from = view.input(0).type.dtype;
  const DType to = view.output().type.dtype;
  if ((from != DType::s8 && from != DType::u8) || (to != DType::s8 && to != DType::u8 && to != DType::s16))
    return Refusal{"its table is for 8-bit input and 8-bit or 16-bit output"};

  // The same node on 256 elements, one of each value, with a graph of its own: a copy of the whole one for
  // each node would make the time grow with the square of the nodes.
  Graph graph;
  Node node = view.node;
  const auto own = [&](TensorId& id) {
    if (!id.valid()) return;
    graph.tensors.push_back(view.graph.at(id));
    id = TensorId(graph.tensors.size() - 1);
  };
  for (TensorId& id : node.inputs) own(id);
  for (TensorId& id : node.outputs) own(id);
  graph.at(node.inputs[0]).type.shape = Shape{256};
  graph.at(node.outputs[0]).type.shape = Shape{256};
  std::vector<std::byte> all(256);
  for (size_t i = 0; i < all.size(); ++i) all[i] = static_cast<std::byte>(i);
  const Value input = Value::of({from, {256}}, all);
  const Value* const inputs[] = {&input};
  Value* const state[] = {nullptr};
  Value outputs[] = {Value::zeros({to, {256}})};
  operator_of(node).evaluate({.view = {graph, node},
                              .inputs = inputs,
                              .outputs = outputs,
                              .state = state,
                              .rounding = context.rounding});

  const int64_t elements = view.output().type.shape.elements();
  KernelCall call;
  call.geometry = Geometry(ElementsGeometry{.elements = static_cast<int32_t>(elements)});
  const KernelArgument operand = operand_argument(view, 0, "input", call);
  call.constants.push_back({"table", element_type(to), Constant(std::move(outputs[0].bytes)), 4});
  call.arguments = {operand, ConstantArgument{call.constants.size() - 1}, OutputArgument{0}};
  allow_in_place(view, 0, call);
  call.work.instructions = 30 + 9 * elements;
  call.code_bytes = 32;
  return call;
}

std::variant<KernelCall, Refusal> UnaryF32Kernel::lower(const NodeView& view, const LoweringContext&) const {
  if (!has_dtype(view.input(0), DType::f32) || !has_dtype(view.output(), DType::f32))
    return Refusal{"it computes float32"};
  const int64_t elements = view.output().type.shape.elements();
  KernelCall call;
  call.geometry = Geometry(ElementsGeometry{.elements = static_cast<int32_t>(elements)});
  call.arguments = {operand_argument(view, 0, "input", call), OutputArgument{0}};
  for (const float parameter : parameters_(view)) call.arguments.emplace_back(parameter);
  allow_in_place(view, 0, call);
  call.work = each_ * elements;
  call.work.instructions += 30;
  call.code_bytes = code_bytes_;
  return call;
}

}  // namespace burin
