#include "ops/movement/slicing.hpp"

#include "ops/sampling.hpp"

namespace burin {
namespace {

// Dimensions that say something.
std::vector<int32_t> without_ones(std::vector<int32_t> dims) {
  std::erase(dims, 1);
  return dims;
}

constexpr Constraint constraint_list[] = {
    {"input and output have the same type",
     [](const NodeView& v) { return v.input(0).type.dtype == v.output().type.dtype; }},
    {"the slice has a beginning, a step and an extent for each axis",
     [](const NodeView& v) {
       const auto& slice = v.attributes<SliceAttributes>();
       const size_t rank = v.input(0).type.shape.rank();
       return slice.begin.size() == rank && slice.step.size() == rank && slice.extent.size() == rank;
     }},
    {"the slice is not empty and lies within the input",
     [](const NodeView& v) {
       const auto& slice = v.attributes<SliceAttributes>();
       for (size_t i = 0; i < slice.begin.size(); ++i) {
         const int64_t last = slice.begin[i] + (slice.extent[i] - int64_t{1}) * slice.step[i];
         const int32_t dim = v.input(0).type.shape.dims()[i];
         if (slice.extent[i] < 1 || slice.begin[i] < 0 || slice.begin[i] >= dim || last < 0 || last >= dim)
           return false;
       }
       return true;
     }},
    {"the output's dimensions are the extents, but for dimensions of 1",
     [](const NodeView& v) {
       return without_ones(v.attributes<SliceAttributes>().extent) ==
              without_ones(v.output().type.shape.dims());
     },
     DiagnosticCode::E0303},
};

}  // namespace

Attributes SliceOperator::parse_attributes(const std::vector<NamedAttribute>& list,
                                           std::string& error) const {
  return attributes_from_list<SliceAttributes>(list, error);
}

std::span<const Constraint> SliceOperator::constraints() const {
  return constraint_list;
}

std::vector<TensorType> SliceOperator::infer(const NodeView& view) const {
  return {view.output().type};
}

Movement SliceOperator::movement(const NodeView& view) const {
  const auto& slice = view.attributes<SliceAttributes>();
  const std::vector<int64_t> strides = dense_strides(view.input(0).type.shape);
  Movement movement;
  for (size_t i = 0; i < strides.size(); ++i) {
    movement.offset += slice.begin[i] * strides[i];
    movement.axes.push_back({slice.extent[i], slice.step[i] * strides[i]});
  }
  return movement;
}

Graph SliceOperator::sample(Random& random) const {
  Graph graph;
  const DType dtype = sample_moved_dtype(random);
  const Shape shape = sample_moved_shape(random, random.integer(1, 4));
  SliceAttributes slice;
  for (const int32_t dim : shape.dims()) {
    const bool whole = random.chance(0.4);
    const bool backwards = facts().op == Op::strided_slice && random.chance(0.2);
    const int32_t step = whole || facts().op == Op::slice ? 1 : random.integer(1, 3);
    const int32_t begin = whole ? 0 : random.integer(0, dim - 1);
    const int32_t most = (dim - 1 - begin) / step + 1;
    const int32_t extent = whole ? dim : random.integer(1, most);
    slice.begin.push_back(backwards ? begin + (extent - 1) * step : begin);
    slice.step.push_back(backwards ? -step : step);
    slice.extent.push_back(extent);
  }
  const TensorId input = sample_tensor(graph, random, "input", dtype, shape);
  const Shape result = random.chance(0.3) ? Shape(without_ones(slice.extent)) : Shape(slice.extent);
  const TensorId output = sample_tensor(graph, random, "output", dtype, result);
  graph.at(output).quantization = graph.at(input).quantization;
  graph.nodes.push_back({.op = facts().op,
                         .inputs = {input},
                         .outputs = {output},
                         .attributes = Attributes::of(std::move(slice)),
                         .name = "sample",
                         .source_index = 0});
  graph.inputs = {input};
  graph.outputs = {output};
  return graph;
}

}  // namespace burin
