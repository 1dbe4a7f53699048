// RESIZE_NEAREST_NEIGHBOR: every pixel is the one that lies nearest in the input.

#include <cmath>

#include "ops/constraints.hpp"
#include "ops/movement/movement.hpp"
#include "ops/movement/resize_nearest_neighbor.hpp"
#include "ops/movement/resizing.hpp"

namespace burin {

using namespace resize_nearest_neighbor;

namespace {

constexpr Constraint constraint_list[] = {
    {"input and output have the same type",
     [](const NodeView& v) { return v.input(0).type.dtype == v.output().type.dtype; }},
    {resizing_sentence, is_resizing},
};

class ResizeNearestNeighbor final : public ResizeOperator {
 public:
  const OperatorFacts& facts() const override {
    static constexpr OperatorFacts facts{.op = Op::resize_nearest_neighbor,
                                         .tflite_name = "RESIZE_NEAREST_NEIGHBOR",
                                         .summary = "Images of another size, of the nearest pixels.",
                                         .minimum_inputs = 1,
                                         .maximum_inputs = 1,
                                         .minimum_outputs = 1,
                                         .maximum_outputs = 1};
    return facts;
  }
  std::span<const Constraint> constraints() const override { return constraint_list; }

  void evaluate(const Evaluation& evaluation) const override {
    const Shape& from = evaluation.view.input(0).type.shape;
    const std::vector<int32_t> rows = rows_of(evaluation.view);
    const std::vector<int32_t> columns = columns_of(evaluation.view);
    const size_t pixel =
        static_cast<size_t>(from[3]) * static_cast<size_t>(byte_width(evaluation.view.input(0).type.dtype));
    const std::span<const std::byte> input = evaluation.input(0).bytes;
    const std::span<std::byte> output = evaluation.output().bytes;
    size_t next = 0;
    for (int32_t batch = 0; batch < from[0]; ++batch)
      for (const int32_t row : rows)
        for (const int32_t column : columns) {
          const auto source = static_cast<size_t>((int64_t{batch} * from[1] + row) * from[2] + column);
          std::ranges::copy(input.subspan(source * pixel, pixel), output.subspan(next, pixel).begin());
          next += pixel;
        }
  }
};

}  // namespace

const Operator& resize_nearest_neighbor_operator() {
  static const ResizeNearestNeighbor instance;
  return instance;
}

}  // namespace burin
