#include "ir/op.hpp"

#include <array>

namespace burin {
namespace {

constexpr std::string_view op_names[] = {
#define BURIN_OPERATOR(name) #name,
#include "ops/ops.def"
#undef BURIN_OPERATOR
};
constexpr std::array<std::string_view, 4> activation_names = {"none", "relu", "relu_n1_to_1", "relu6"};

template <class Enum, class Names>
std::optional<Enum> find_name(const Names& names, std::string_view name) {
  for (size_t i = 0; i < std::size(names); ++i)
    if (names[i] == name) return static_cast<Enum>(i);
  return std::nullopt;
}

}  // namespace

std::string_view name_of(Op op) {
  return op_names[static_cast<size_t>(op)];
}
std::optional<Op> op_named(std::string_view name) {
  return find_name<Op>(op_names, name);
}
std::string_view name_of(Activation activation) {
  return activation_names[static_cast<size_t>(activation)];
}
std::optional<Activation> activation_named(std::string_view name) {
  return find_name<Activation>(activation_names, name);
}

}  // namespace burin
