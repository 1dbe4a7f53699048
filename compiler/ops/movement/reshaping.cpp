#include "ops/movement/reshaping.hpp"

#include "kernels/copy.hpp"
#include "ops/elementwise.hpp"
#include "ops/sampling.hpp"

namespace burin {

Attributes ReshapingOperator::parse_attributes(const std::vector<NamedAttribute>& list,
                                               std::string& error) const {
  return attributes_from_list<NoAttributes>(list, error);
}

Result<NodeDraft> ReshapingOperator::read_tflite(const SourceOperator& source) const {
  return NodeDraft{.inputs = {source.inputs().at(0)}, .attributes = Attributes::of(NoAttributes{})};
}

std::vector<TensorType> ReshapingOperator::infer(const NodeView& view) const {
  return {{view.input(0).type.dtype, view.output().type.shape}};
}

void ReshapingOperator::evaluate(const Evaluation& evaluation) const {
  evaluation.output().bytes = evaluation.input(0).bytes;
}

bool is_reshaping(const Node& node) {
  return dynamic_cast<const ReshapingOperator*>(&operator_of(node)) != nullptr;
}

bool keeps_elements(const NodeView& view) {
  const Tensor& input = view.input(0);
  const Tensor& output = view.output();
  return input.type.dtype == output.type.dtype && input.type.shape.elements() == output.type.shape.elements();
}

Graph sample_reshaping(Random& random, Op op, Shape from, Shape to) {
  Graph graph;
  constexpr DType dtypes[] = {DType::s8, DType::u8, DType::f32, DType::s16, DType::s32};
  const DType dtype = dtypes[random.integer(0, 4)];
  const TensorId input = sample_tensor(graph, random, "input", dtype, std::move(from));
  const TensorId output = sample_tensor(graph, random, "output", dtype, std::move(to));
  graph.at(output).quantization = graph.at(input).quantization;
  graph.nodes.push_back({.op = op,
                         .inputs = {input},
                         .outputs = {output},
                         .attributes = Attributes::of(NoAttributes{}),
                         .name = "sample",
                         .source_index = 0});
  graph.inputs = {input};
  graph.outputs = {output};
  return graph;
}

std::variant<KernelCall, Refusal> CopyKernel::lower(const NodeView& view, const LoweringContext&) const {
  KernelCall call;
  const int64_t bytes = view.output().type.bytes();
  call.geometry = {{"bytes", static_cast<int32_t>(bytes)}};
  const KernelArgument input = operand_argument(view, 0, "input", call);
  call.arguments = {input, OutputArgument{0}};
  allow_in_place(view, 0, call);
  call.stack_bytes = 32;
  call.work.instructions = 30 + bytes;
  call.code_bytes = 24;
  return call;
}

}  // namespace burin
