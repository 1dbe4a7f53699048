#include "ops/movement/resize_bilinear.hpp"
#include "kernels/generic/movement/resizing.hpp"
#include "kernels/geometry.hpp"
#include "kernels/operands.hpp"
#include "ops/constraints.hpp"

namespace burin {

using namespace resize_bilinear;
namespace {

// The kernel reads two tables: for each row, then for each column, the two neighbors, and the rests.
class ResizeBilinearKernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{"ResizeBilinear", Op::resize_bilinear, KernelSet::generic,
                                       "generic/resize_bilinear.hpp",
                                       "Four products an element, by tables of rows and columns."};
    return facts;
  }
  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override {
    const Shape& from = view.input(0).type.shape;
    const Shape& to = view.output().type.shape;
    const auto& attributes = view.attributes<ResizeAttributes>();
    KernelCall call;
    call.geometry = Geometry(resize_geometry(view));
    call.geometry.append(RoundingGeometry(context.rounding));
    const KernelArgument input = operand_argument(view, 0, "input", call);
    if (is_real_image(view))
      add_tables(call, real_mixtures(from[1], to[1], attributes), real_mixtures(from[2], to[2], attributes),
                 ElementType::f32);
    else
      add_tables(call, integer_mixtures(from[1], to[1], attributes),
                 integer_mixtures(from[2], to[2], attributes), ElementType::s32);
    const size_t tables = call.constants.size() - 2;
    call.arguments = {input, ConstantArgument{tables}, ConstantArgument{tables + 1}, OutputArgument{0}};
    const int64_t elements = view.output().type.shape.elements();
    if (is_real_image(view))
      call.work = {.instructions = 60 + 30 * elements, .float_products = 5 * elements};
    else
      call.work = {.instructions = 60 + 60 * elements};
    call.code_bytes = 500;
    return call;
  }

 private:
  template <class Number>
  static void add_tables(KernelCall& call, const std::vector<Mixture<Number>>& rows,
                         const std::vector<Mixture<Number>>& columns, ElementType type) {
    std::vector<uint16_t> neighbors;
    std::vector<Number> rests;
    for (const auto* axis : {&rows, &columns})
      for (const Mixture<Number>& m : *axis) {
        neighbors.insert(neighbors.end(), {static_cast<uint16_t>(m.first), static_cast<uint16_t>(m.second)});
        rests.push_back(m.rest);
      }
    call.constants.push_back({"neighbors", ElementType::u16, Constant::of(neighbors), 4});
    call.constants.push_back({"rests", type, Constant::of(rests), 4});
  }
};

}  // namespace

const Kernel& resize_bilinear_kernel() {
  static const ResizeBilinearKernel instance;
  return instance;
}

}  // namespace burin
