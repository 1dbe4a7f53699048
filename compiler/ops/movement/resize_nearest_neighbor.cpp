// RESIZE_NEAREST_NEIGHBOR: every pixel is the one that lies nearest in the input.
#include "kernels/resize_nearest_neighbor.hpp"

#include <cmath>

#include "ops/constraints.hpp"
#include "ops/elementwise.hpp"
#include "ops/movement/movement.hpp"
#include "ops/movement/resizing.hpp"

namespace burin {
namespace {

constexpr Constraint constraint_list[] = {
    {"input and output have the same type",
     [](const NodeView& v) { return v.input(0).type.dtype == v.output().type.dtype; }},
    {resizing_sentence, is_resizing},
};

// The input's position along one axis for each of the output's. In float32, as the reference.
std::vector<int32_t> sources(int32_t input, int32_t output, const ResizeAttributes& attributes) {
  const bool aligned = attributes.align_corners && output > 1;
  const float scale = aligned ? static_cast<float>(input - 1) / static_cast<float>(output - 1)
                              : static_cast<float>(input) / static_cast<float>(output);
  const float offset = attributes.half_pixel_centers ? 0.5f : 0.0f;
  std::vector<int32_t> result;
  for (int32_t i = 0; i < output; ++i) {
    const float position = (static_cast<float>(i) + offset) * scale;
    const float whole = attributes.align_corners ? std::round(position) : std::floor(position);
    result.push_back(std::clamp(static_cast<int32_t>(whole), 0, input - 1));
  }
  return result;
}

std::vector<int32_t> rows_of(const NodeView& view) {
  return sources(view.input(0).type.shape[1], view.output().type.shape[1],
                 view.attributes<ResizeAttributes>());
}
std::vector<int32_t> columns_of(const NodeView& view) {
  return sources(view.input(0).type.shape[2], view.output().type.shape[2],
                 view.attributes<ResizeAttributes>());
}

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

class ResizeNearestNeighborKernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{"ResizeNearestNeighbor", Op::resize_nearest_neighbor,
                                       KernelSet::generic, "kernels/resize_nearest_neighbor.hpp",
                                       "Copies pixel after pixel, by tables of rows and columns."};
    return facts;
  }
  std::variant<KernelCall, Refusal> lower(const NodeView& view, const LoweringContext&) const override {
    const std::vector<int32_t> rows = rows_of(view);
    const std::vector<int32_t> columns = columns_of(view);
    const auto narrow = [](const std::vector<int32_t>& wide) {
      return Constant::of(std::vector<uint16_t>(wide.begin(), wide.end()));
    };
    KernelCall call;
    call.geometry = resize_geometry(view);
    call.geometry.emplace_back("pixel_bytes",
                               view.input(0).type.shape[3] * byte_width(view.input(0).type.dtype));
    const KernelArgument input = operand_argument(view, 0, "input", call);
    call.constants.push_back({"rows", ElementType::u16, narrow(rows), 4});
    call.constants.push_back({"columns", ElementType::u16, narrow(columns), 4});
    const size_t tables = call.constants.size() - 2;
    call.arguments = {input, ConstantArgument{tables}, ConstantArgument{tables + 1}, OutputArgument{0}};
    const int64_t bytes = view.output().type.bytes();
    call.work.instructions =
        40 + bytes +
        20 * int64_t{view.output().type.shape[0]} * view.output().type.shape[1] * view.output().type.shape[2];
    call.code_bytes = 120;
    return call;
  }
};

}  // namespace

const Operator& resize_nearest_neighbor_operator() {
  static const ResizeNearestNeighbor instance;
  return instance;
}

const Kernel& resize_nearest_neighbor_kernel() {
  static const ResizeNearestNeighborKernel instance;
  return instance;
}

}  // namespace burin
