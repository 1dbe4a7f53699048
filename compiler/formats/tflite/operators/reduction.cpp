// Readers of reductions along axes.
#include <algorithm>

#include "formats/tflite/operators/common.hpp"
#include "formats/tflite/operators/operators.hpp"
#include "ops/movement/joining.hpp"
#include "ops/reduction/attributes.hpp"

namespace burin::tflite {
namespace {

using schema::BuiltinOperator;

Result<NodeDraft> read_argument(SourceOperator& source) {
  const auto axis = source.constant_integers(1);
  if (!axis || axis->size() != 1)
    return Diagnostic{.code = DiagnosticCode::E0402,
                      .message = "the axis is not one constant",
                      .help = "make the axis constant"};
  return NodeDraft{.inputs = {source.inputs().at(0)},
                   .attributes = Attributes::of(
                       AxisAttributes{resolved_axis(axis->front(), source.input(0).type.shape.rank())})};
}

Result<NodeDraft> read_cumsum(SourceOperator& source) {
  const auto axis = source.constant_integers(1);
  if (!axis || axis->size() != 1)
    return Diagnostic{.code = DiagnosticCode::E0402,
                      .message = "the axis is not one constant",
                      .help = "make the axis constant"};
  const CumsumAttributes attributes{resolved_axis(axis->front(), source.input(0).type.shape.rank()),
                                    source.integer("exclusive") != 0, source.integer("reverse") != 0};
  return NodeDraft{.inputs = {source.inputs().at(0)}, .attributes = Attributes::of(attributes)};
}

Result<NodeDraft> read_mean(SourceOperator& source) {
  const auto axes = source.constant_integers(1);
  if (!axes)
    return Diagnostic{.code = DiagnosticCode::E0402, .message = "the axes are not constant", .help = {}};
  MeanAttributes attributes{.axes = {}, .keep_dims = source.integer("keep_dims") != 0};
  for (const int64_t axis : *axes)
    attributes.axes.push_back(static_cast<int32_t>(std::clamp<int64_t>(axis, INT32_MIN, INT32_MAX)));
  return NodeDraft{.inputs = {source.inputs()[0]},
                   .attributes = Attributes::of(std::move(attributes)),
                   .activation = Activation::none,
                   .op = {}};
}

Result<NodeDraft> read_reduction(SourceOperator& source) {
  const auto axes = source.constant_integers(1);
  if (!axes)
    return Diagnostic{.code = DiagnosticCode::E0402,
                      .message = "the axes are not constant",
                      .help = "make the axes constant"};
  ReductionAttributes attributes;
  attributes.keep_dims = source.integer("keep_dims") != 0;
  const auto rank = static_cast<int64_t>(source.input(0).type.shape.rank());
  for (const int64_t axis : *axes) {
    const auto resolved = static_cast<int32_t>(std::clamp<int64_t>(axis < 0 ? axis + rank : axis, -1, rank));
    if (std::ranges::find(attributes.axes, resolved) == attributes.axes.end())
      attributes.axes.push_back(resolved);
  }
  return NodeDraft{.inputs = {source.inputs().at(0)}, .attributes = Attributes::of(std::move(attributes))};
}

Result<NodeDraft> read_softmax(SourceOperator& source) {
  return NodeDraft{.inputs = source.inputs(),
                   .attributes = Attributes::of(SoftmaxAttributes{source.real("beta")})};
}

constexpr OperatorReader rows[] = {
    {BuiltinOperator::ARG_MAX, Op::arg_max, read_argument},
    {BuiltinOperator::ARG_MIN, Op::arg_min, read_argument},
    {BuiltinOperator::CUMSUM, Op::cumsum, read_cumsum},
    {BuiltinOperator::L2_NORMALIZATION, Op::l2_normalization, read_operands},
    {BuiltinOperator::LOG_SOFTMAX, Op::log_softmax, read_operands},
    {BuiltinOperator::MEAN, Op::mean, read_mean},
    // The minimum of booleans is whether all are true, their maximum whether any is.
    {BuiltinOperator::REDUCE_ALL, Op::reduce_min, read_reduction},
    {BuiltinOperator::REDUCE_ANY, Op::reduce_max, read_reduction},
    {BuiltinOperator::REDUCE_MAX, Op::reduce_max, read_reduction},
    {BuiltinOperator::REDUCE_MIN, Op::reduce_min, read_reduction},
    {BuiltinOperator::REDUCE_PROD, Op::reduce_prod, read_reduction},
    {BuiltinOperator::SUM, Op::sum, read_reduction},
    {BuiltinOperator::SOFTMAX, Op::softmax, read_softmax},
};

}  // namespace

std::span<const OperatorReader> reduction_operators() {
  return rows;
}

}  // namespace burin::tflite
