// Readers of pools.
#include "formats/tflite/operators/common.hpp"
#include "formats/tflite/operators/operators.hpp"
#include "ops/pooling/attributes.hpp"

namespace burin::tflite {
namespace {

using schema::BuiltinOperator;

Result<NodeDraft> read_pool(SourceOperator& source) {
  const Result<Activation> activation = fused_activation(source);
  if (!activation) return activation.diagnostics();
  PoolAttributes attributes{.window_height = static_cast<int32_t>(source.integer("filter_height")),
                            .window_width = static_cast<int32_t>(source.integer("filter_width")),
                            .window = {}};
  attributes.window = read_window(source, attributes.window_height, attributes.window_width, false);
  return NodeDraft{.inputs = source.inputs(),
                   .attributes = Attributes::of(attributes),
                   .activation = *activation,
                   .op = {}};
}

constexpr OperatorReader rows[] = {
    {BuiltinOperator::AVERAGE_POOL_2D, Op::average_pool_2d, read_pool},
    {BuiltinOperator::MAX_POOL_2D, Op::max_pool_2d, read_pool},
};

}  // namespace

std::span<const OperatorReader> pooling_operators() {
  return rows;
}

}  // namespace burin::tflite
