#include "ops/movement/reshaping.hpp"

#include "kernels/copy.hpp"
#include "ops/elementwise.hpp"

namespace burin {

Attributes ReshapingOperator::parse_attributes(const std::vector<NamedAttribute>& list,
                                               std::string& error) const {
  return attributes_from_list<NoAttributes>(list, error);
}

std::vector<TensorType> ReshapingOperator::infer(const NodeView& view) const {
  return {{view.input(0).type.dtype, view.output().type.shape}};
}

void ReshapingOperator::evaluate(const Evaluation& evaluation) const {
  evaluation.output().bytes = evaluation.input(0).bytes;
}

bool keeps_elements(const NodeView& view) {
  const Tensor& input = view.input(0);
  const Tensor& output = view.output();
  return input.type.dtype == output.type.dtype && input.type.shape.elements() == output.type.shape.elements();
}

std::variant<KernelCall, Refusal> CopyKernel::lower(const NodeView& view, const LoweringContext&) const {
  KernelCall call;
  const int64_t bytes = view.output().type.bytes();
  call.geometry = {{"bytes", static_cast<int32_t>(bytes)}};
  const KernelArgument input = operand_argument(view, 0, "input", call);
  call.arguments = {input, OutputArgument{0}};
  allow_in_place(view, 0, call);
  call.work.instructions = 30 + bytes;
  call.code_bytes = 24;
  return call;
}

}  // namespace burin
