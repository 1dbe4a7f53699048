#include "ops/weighted/batch_matmul.hpp"
#include "kernels/generic/elementwise/binary.hpp"
#include "kernels/geometry.hpp"
#include "kernels/operands.hpp"
#include "ops/elementwise/binary.hpp"
#include "ops/numerics.hpp"
#include "ops/weighted/attributes.hpp"

namespace burin {

using namespace batch_matmul;
namespace {

struct MatricesGeometry {
  int32_t matrices;
  int32_t rows;
  int32_t inner;
  int32_t columns;
  bool left_transposed;
  bool right_transposed;

  template <class Visit>
  void fields(Visit visit) const {
    visit("matrices", matrices);
    visit("rows", rows);
    visit("inner", inner);
    visit("columns", columns);
    visit("left_transposed", left_transposed);
    visit("right_transposed", right_transposed);
  }
};

class BatchMatmulKernel final : public Kernel {
 public:
  explicit BatchMatmulKernel(DType dtype) : dtype_(dtype) {}
  const KernelFacts& facts() const override {
    static constexpr KernelFacts s16{"BatchMatmulS16", Op::batch_matmul, KernelSet::generic,
                                     "generic/batch_matmul.hpp", "One product at a time, sums of 64 bits."};
    static constexpr KernelFacts f32{"BatchMatmulF32", Op::batch_matmul, KernelSet::generic,
                                     "generic/batch_matmul.hpp", "One product at a time."};
    static constexpr KernelFacts s8{"BatchMatmulS8", Op::batch_matmul, KernelSet::generic,
                                    "generic/batch_matmul.hpp",
                                    "One product at a time, one requantization an output."};
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
    call.geometry = Geometry(MatricesGeometry{.matrices = static_cast<int32_t>(origins.left.size()),
                                              .rows = e.rows,
                                              .inner = e.inner,
                                              .columns = e.columns,
                                              .left_transposed = left_transposed(view),
                                              .right_transposed = right_transposed(view)});
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
      call.geometry.append(RoundingGeometry(context.rounding));
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
