#include "ops/copying.hpp"

#include <fmt/format.h>

#include <cmath>

namespace burin {
namespace {

bool alike(const Quantization& a, const Quantization& b) {
  return std::abs(a.scale() - b.scale()) <= 1e-6f * b.scale() && a.zero_point() == b.zero_point();
}

std::string described(const char* role, size_t i, const Tensor& tensor) {
  return fmt::format("{} {} \"{}\" has scale {} and zero point {}", role, i, printable(tensor.name, 80),
                     tensor.quantization.scale(), tensor.quantization.zero_point());
}

// Only tensors of one type with a scale each stand for numbers that can be compared.
bool differ(const Tensor& from, const Tensor& to) {
  return from.type.dtype == to.type.dtype && from.type.dtype != DType::f32 &&
         from.quantization.per_tensor() && to.quantization.per_tensor() &&
         !alike(from.quantization, to.quantization);
}

}  // namespace

bool copies_elements(Op op) {
  switch (op) {
    case Op::assign_variable:
    case Op::batch_to_space_nd:
    case Op::broadcast_to:
    case Op::concatenation:
    case Op::depth_to_space:
    case Op::dynamic_update_slice:
    case Op::expand_dims:
    case Op::fill:
    case Op::gather:
    case Op::max_pool_2d:
    case Op::maximum:
    case Op::minimum:
    case Op::pack:
    case Op::pad:
    case Op::read_variable:
    case Op::reduce_max:
    case Op::reduce_min:
    case Op::reshape:
    case Op::resize_bilinear:
    case Op::resize_nearest_neighbor:
    case Op::reverse_v2:
    case Op::select:
    case Op::select_v2:
    case Op::slice:
    case Op::space_to_batch_nd:
    case Op::space_to_depth:
    case Op::split:
    case Op::split_v:
    case Op::squeeze:
    case Op::strided_slice:
    case Op::tile:
    case Op::transpose:
    case Op::unpack:
      return true;
    default:
      return false;
  }
}

std::optional<std::string> quantization_mismatch(const NodeView& view) {
  if (view.node.op == Op::assign_variable) {
    if (!differ(view.input(1), view.input(0))) return std::nullopt;
    return described("operand", 1, view.input(1)) + ", but " + described("the variable", 0, view.input(0));
  }
  for (size_t o = 0; o < view.node.outputs.size(); ++o)
    for (size_t i = 0; i < view.node.inputs.size(); ++i)
      if (view.has_input(i) && differ(view.input(i), view.output(o)))
        return described("operand", i, view.input(i)) + ", but " + described("output", o, view.output(o));
  return std::nullopt;
}

}  // namespace burin
