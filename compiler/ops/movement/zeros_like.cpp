// ZEROS_LIKE: as many zeros as the input has elements, whatever these are; of quantized types the number 0.
#include "ops/movement/rearrangement.hpp"

namespace burin {
namespace {

constexpr Constraint constraint_list[] = {{keeps_type_sentence, keeps_type}};

class ZerosLike final : public Operator {
 public:
  const OperatorFacts& facts() const override {
    static constexpr OperatorFacts facts{.op = Op::zeros_like,
                                         .tflite_name = "ZEROS_LIKE",
                                         .summary = "Zeros, folded to a constant.",
                                         .minimum_inputs = 1,
                                         .maximum_inputs = 1,
                                         .minimum_outputs = 1,
                                         .maximum_outputs = 1,
                                         .needs_only_types = true};
    return facts;
  }
  Attributes parse_attributes(const std::vector<NamedAttribute>& list, std::string& error) const override {
    return attributes_from_list<NoAttributes>(list, error);
  }
  std::span<const Constraint> constraints() const override { return constraint_list; }
  std::vector<TensorType> infer(const NodeView& view) const override { return {view.input(0).type}; }
  void evaluate(const Evaluation&) const override {}  // outputs begin as zeros
};

}  // namespace

const Operator& zeros_like_operator() {
  static const ZerosLike instance;
  return instance;
}

}  // namespace burin
