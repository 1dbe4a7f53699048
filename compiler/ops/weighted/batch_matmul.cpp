// BATCH_MATMUL: products of matrices, the last two dimensions of each operand; the others broadcast.
#include "kernels/batch_matmul.hpp"

#include <cmath>

#include "ops/elementwise/binary.hpp"
#include "ops/numerics.hpp"
#include "ops/weighted/attributes.hpp"

namespace burin {
namespace {

bool left_transposed(const NodeView& view) {
  return view.attributes<BatchMatmulAttributes>().adj_x;
}
bool right_transposed(const NodeView& view) {
  return view.attributes<BatchMatmulAttributes>().adj_y;
}

Shape batches_of(const Shape& shape) {
  return Shape(std::vector<int32_t>(shape.dims().begin(), shape.dims().end() - 2));
}

struct MatrixExtents {
  int32_t rows, inner, columns;
};
MatrixExtents extents_of(const NodeView& view) {
  const Shape& left = view.input(0).type.shape;
  const Shape& right = view.input(1).type.shape;
  return {left[left_transposed(view) ? -1 : -2], left[left_transposed(view) ? -2 : -1],
          right[right_transposed(view) ? -2 : -1]};
}

constexpr Constraint common[] = {
    {"operands and output are all int8, int16 or float32, integers quantised per tensor",
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

// Where the matrices of each product begin.
struct Origins {
  std::vector<size_t> left;
  std::vector<size_t> right;
};
Origins origins_of(const NodeView& view) {
  const Shape left = batches_of(view.input(0).type.shape);
  const Shape right = batches_of(view.input(1).type.shape);
  const Shape all = *broadcast_shape(left, right);
  const MatrixExtents e = extents_of(view);
  Origins origins;
  for (size_t i = 0; i < static_cast<size_t>(all.elements()); ++i) {
    origins.left.push_back(broadcast_source(all, left, i) * static_cast<size_t>(e.rows) *
                           static_cast<size_t>(e.inner));
    origins.right.push_back(broadcast_source(all, right, i) * static_cast<size_t>(e.inner) *
                            static_cast<size_t>(e.columns));
  }
  return origins;
}

FixedPointMultiplier product_factor(const NodeView& view) {
  const float product = view.input(0).quantization.scale() * view.input(1).quantization.scale();
  return fixed_point(static_cast<double>(product) / static_cast<double>(view.output().quantization.scale()));
}

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

class BatchMatmulKernel final : public Kernel {
 public:
  explicit BatchMatmulKernel(DType dtype) : dtype_(dtype) {}
  const KernelFacts& facts() const override {
    static constexpr KernelFacts s16{"BatchMatmulS16", Op::batch_matmul, KernelSet::generic,
                                     "kernels/batch_matmul.hpp", "One product at a time, sums of 64 bits."};
    static constexpr KernelFacts f32{"BatchMatmulF32", Op::batch_matmul, KernelSet::generic,
                                     "kernels/batch_matmul.hpp", "One product at a time."};
    static constexpr KernelFacts s8{"BatchMatmulS8", Op::batch_matmul, KernelSet::generic,
                                    "kernels/batch_matmul.hpp",
                                    "One product at a time, one requantisation an output."};
    return dtype_ == DType::f32 ? f32 : dtype_ == DType::s16 ? s16 : s8;
  }
  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override {
    if (!has_dtype(view.output(), dtype_)) return Refusal{"it computes " + std::string(long_name_of(dtype_))};
    const MatrixExtents e = extents_of(view);
    const Origins origins = origins_of(view);
    std::vector<int32_t> begins;
    for (size_t i = 0; i < origins.left.size(); ++i)
      begins.insert(begins.end(),
                    {static_cast<int32_t>(origins.left[i]), static_cast<int32_t>(origins.right[i])});
    KernelCall call;
    call.geometry = {{"matrices", static_cast<int32_t>(origins.left.size())},
                     {"rows", e.rows},
                     {"inner", e.inner},
                     {"columns", e.columns},
                     {"left_transposed", left_transposed(view) ? 1 : 0},
                     {"right_transposed", right_transposed(view) ? 1 : 0}};
    call.arguments = {operand_argument(view, 0, "left", call)};
    call.arguments.push_back(operand_argument(view, 1, "right", call));
    call.arguments.push_back(ConstantArgument{call.constants.size()});
    call.constants.push_back({"begins", ElementType::s32, Constant::of(begins), 4});
    call.arguments.push_back(OutputArgument{0});
    if (dtype_ == DType::s16) {
      const FixedPointMultiplier factor = product_factor(view);
      for (const int32_t number : {reduced_multiplier(factor), 15 - factor.shift})
        call.arguments.emplace_back(number);
    }
    if (dtype_ == DType::s8) {
      const FixedPointMultiplier factor = product_factor(view);
      call.geometry.emplace_back("round_once", context.rounding == Rounding::litert ? 1 : 0);
      for (const int32_t number :
           {view.input(0).quantization.zero_point(), view.input(1).quantization.zero_point(),
            factor.multiplier, factor.shift, view.output().quantization.zero_point()})
        call.arguments.emplace_back(number);
    }
    const int64_t elements = view.output().type.shape.elements();
    if (has_dtype(view.output(), DType::f32))
      call.work = {.instructions = 60 + 20 * elements + 3 * elements * e.inner,
                   .float_products = elements * e.inner};
    else
      call.work = {.instructions = 60 + 20 * elements + 7 * elements * e.inner,
                   .products = elements * e.inner,
                   .requantizations = elements};
    call.code_bytes = 240;
    return call;
  }

 private:
  DType dtype_;
};

}  // namespace

const Operator& batch_matmul_operator() {
  static const BatchMatmul instance;
  return instance;
}

const Kernel& batch_matmul_f32_kernel() {
  static const BatchMatmulKernel instance(DType::f32);
  return instance;
}

const Kernel& batch_matmul_s16_kernel() {
  static const BatchMatmulKernel instance(DType::s16);
  return instance;
}

const Kernel& batch_matmul_s8_kernel() {
  static const BatchMatmulKernel instance(DType::s8);
  return instance;
}

}  // namespace burin
