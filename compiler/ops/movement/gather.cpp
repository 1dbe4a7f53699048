// GATHER: slices of a tensor along one axis, chosen by indices. An index beyond the axis, which TensorFlow
// Lite leaves undefined, chooses the nearest slice that exists.

#include "ops/movement/gather.hpp"
#include "ops/constraints.hpp"
#include "ops/movement/attributes.hpp"
#include "ops/movement/joining.hpp"
#include "ops/movement/movement.hpp"

namespace burin {

using namespace gather;

namespace {

constexpr Constraint constraint_list[] = {
    {"input and output have the same type, the indices are int32 or int64, and nothing is empty",
     [](const NodeView& v) {
       const DType dtype = v.input(1).type.dtype;
       return v.input(0).type.dtype == v.output().type.dtype && table_shape(v).elements() > 0 &&
              index_shape(v).elements() > 0 && (dtype == DType::s32 || dtype == DType::s64);
     }},
    {"the axis is one of the input's, and the common dimensions stand before it",
     [](const NodeView& v) {
       const auto& a = v.attributes<GatherAttributes>();
       return a.axis >= 0 && static_cast<size_t>(a.axis) < table_shape(v).rank() && a.batch_dims >= 0 &&
              a.batch_dims <= a.axis && static_cast<size_t>(a.batch_dims) <= index_shape(v).rank();
     }},
    {"the common dimensions are equal",
     [](const NodeView& v) {
       for (int32_t i = 0; i < v.attributes<GatherAttributes>().batch_dims; ++i)
         if (table_shape(v)[i] != index_shape(v)[i]) return false;
       return true;
     },
     DiagnosticCode::E0303},
};

class Gather final : public Operator {
 public:
  const OperatorFacts& facts() const override {
    static constexpr OperatorFacts facts{.op = Op::gather,
                                         .tflite_name = "GATHER",
                                         .summary = "Slices along an axis, chosen by indices.",
                                         .minimum_inputs = 2,
                                         .maximum_inputs = 2,
                                         .minimum_outputs = 1,
                                         .maximum_outputs = 1};
    return facts;
  }
  Attributes parse_attributes(const std::vector<NamedAttribute>& list, std::string& error) const override {
    return attributes_from_list<GatherAttributes>(list, error);
  }
  std::span<const Constraint> constraints() const override { return constraint_list; }

  std::vector<TensorType> infer(const NodeView& view) const override {
    const auto& attributes = view.attributes<GatherAttributes>();
    std::vector<int32_t> dims(table_shape(view).dims().begin(),
                              table_shape(view).dims().begin() + attributes.axis);
    dims.insert(dims.end(), index_shape(view).dims().begin() + attributes.batch_dims,
                index_shape(view).dims().end());
    dims.insert(dims.end(), table_shape(view).dims().begin() + attributes.axis + 1,
                table_shape(view).dims().end());
    return {{view.output().type.dtype, Shape(std::move(dims))}};
  }

  void evaluate(const Evaluation& evaluation) const override {
    const GatherExtents e = extents_of(evaluation.view);
    const auto slice = static_cast<size_t>(e.inner * byte_width(evaluation.view.input(0).type.dtype));
    const std::span<const std::byte> table = evaluation.input(0).bytes;
    const std::span<std::byte> output = evaluation.output().bytes;
    size_t next = 0;
    for (int64_t batch = 0; batch < e.batches; ++batch)
      for (int64_t outer = 0; outer < e.outer; ++outer)
        for (int64_t i = 0; i < e.count; ++i) {
          const int64_t index = std::clamp<int64_t>(
              evaluation.input(1).integer(static_cast<size_t>(batch * e.count + i)), 0, e.length - 1);
          const auto from = static_cast<size_t>((batch * e.outer + outer) * e.length + index) * slice;
          std::ranges::copy(table.subspan(from, slice), output.subspan(next, slice).begin());
          next += slice;
        }
  }
};

}  // namespace

const Operator& gather_operator() {
  static const Gather instance;
  return instance;
}

}  // namespace burin
