#include "ops/movement/slicing.hpp"

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

}  // namespace burin
