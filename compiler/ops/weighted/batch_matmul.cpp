// BATCH_MATMUL: products of matrices, the last two dimensions of each operand; the others broadcast.

#include <cmath>

#include "ops/elementwise/binary.hpp"
#include "ops/numerics.hpp"
#include "ops/weighted/attributes.hpp"
#include "ops/weighted/batch_matmul.hpp"

namespace burin {

using namespace batch_matmul;

namespace {

constexpr Constraint common[] = {
    {"operands and output are all int8, int16 or float32, integers quantized per tensor",
     [](const NodeView& v) {
       const DType dtype = v.output().type.dtype;
       return has_dtype(v.input(0), dtype) && has_dtype(v.input(1), dtype) &&
              (dtype == DType::s8 || dtype == DType::s16 || dtype == DType::f32) && is_real(v.input(0)) &&
              is_real(v.input(1)) && is_real(v.output());
     }},
    {"the operands are of rank 2 or more and not empty",
     [](const NodeView& v) {
       const auto fits = [](const Shape& shape) { return shape.rank() >= 2 && shape.elements() > 0; };
       return fits(v.input(0).type.shape) && fits(v.input(1).type.shape);
     }},
    {"the left matrices have as many columns as the right ones have rows, at most 2^15",
     [](const NodeView& v) {
       const Shape& right = v.input(1).type.shape;
       return right[right_transposed(v) ? -1 : -2] == extents_of(v).inner && extents_of(v).inner <= 1 << 15;
     }},
    {"the dimensions in front of the matrices are equal or 1, aligned at the last",
     [](const NodeView& v) {
       return broadcast_shape(batches_of(v.input(0).type.shape), batches_of(v.input(1).type.shape))
           .has_value();
     }},
};

constexpr Constraint constraint_list[] = {
    common[0],
    common[1],
    common[2],
    common[3],
    {"of int16, zero points are 0, and the product of the operands' scales is below 2^7 of the output's",
     [](const NodeView& v) {
       if (!has_dtype(v.output(), DType::s16)) return true;
       for (const Tensor* tensor : {&v.input(0), &v.input(1), &v.output()})
         if (tensor->quantization.zero_point() != 0) return false;
       return product_factor(v).shift < 8;
     }},
};

class BatchMatmul final : public Operator {
 public:
  const OperatorFacts& facts() const override {
    static constexpr OperatorFacts facts{.op = Op::batch_matmul,
                                         .tflite_name = "BATCH_MATMUL",
                                         .summary = "Products of matrices, any number of them.",
                                         .minimum_inputs = 2,
                                         .maximum_inputs = 2,
                                         .minimum_outputs = 1,
                                         .maximum_outputs = 1};
    return facts;
  }
  Attributes parse_attributes(const std::vector<NamedAttribute>& list, std::string& error) const override {
    return attributes_from_list<BatchMatmulAttributes>(list, error);
  }
  std::span<const Constraint> constraints() const override { return constraint_list; }

  std::vector<TensorType> infer(const NodeView& view) const override {
    std::vector<int32_t> dims =
        broadcast_shape(batches_of(view.input(0).type.shape), batches_of(view.input(1).type.shape))->dims();
    dims.push_back(extents_of(view).rows);
    dims.push_back(extents_of(view).columns);
    return {{view.output().type.dtype, Shape(std::move(dims))}};
  }

  int64_t macs(const NodeView& view) const override {
    return view.output().type.shape.elements() * extents_of(view).inner;
  }

  void evaluate(const Evaluation& evaluation) const override {
    const NodeView& view = evaluation.view;
    if (has_dtype(view.output(), DType::f32)) {
      for_each_sum(view, [&](size_t o, const auto& each) {
        float sum = 0;
        each([&](size_t l, size_t r) {
          sum += evaluation.input(0).as<float>()[l] * evaluation.input(1).as<float>()[r];
        });
        evaluation.output().as<float>()[o] = sum;
      });
      return;
    }
    const FixedPointMultiplier factor = product_factor(view);
    for_each_sum(view, [&](size_t o, const auto& each) {
      int64_t sum = 0;
      each([&](size_t l, size_t r) {
        sum += (evaluation.input(0).integer(l) - view.input(0).quantization.zero_point()) *
               (evaluation.input(1).integer(r) - view.input(1).quantization.zero_point());
      });
      const int64_t scaled =
          has_dtype(view.output(), DType::s16)
              ? multiply_wide_by_fixed_point(sum, factor)
              : multiply_by_fixed_point(static_cast<int32_t>(sum), factor, evaluation.rounding);
      const IntegerRange range = integer_range(view.output().type.dtype);
      evaluation.output().set_integer(o, std::clamp<int64_t>(scaled + view.output().quantization.zero_point(),
                                                             range.lowest, range.highest));
    });
  }

 private:
  // Calls compute(element of the output, each) where each(visit) calls visit(left element, right element).
  template <class Compute>
  static void for_each_sum(const NodeView& view, Compute compute) {
    const MatrixExtents e = extents_of(view);
    const Origins origins = origins_of(view);
    size_t next = 0;
    for (size_t i = 0; i < origins.left.size(); ++i)
      for (int32_t row = 0; row < e.rows; ++row)
        for (int32_t column = 0; column < e.columns; ++column)
          compute(next++, [&](auto visit) {
            for (int32_t k = 0; k < e.inner; ++k) {
              const int32_t l = left_transposed(view) ? k * e.rows + row : row * e.inner + k;
              const int32_t r = right_transposed(view) ? column * e.inner + k : k * e.columns + column;
              visit(origins.left[i] + static_cast<size_t>(l), origins.right[i] + static_cast<size_t>(r));
            }
          });
  }
};

}  // namespace

const Operator& batch_matmul_operator() {
  static const BatchMatmul instance;
  return instance;
}

}  // namespace burin
