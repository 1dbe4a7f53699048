// The interface of a kernel as the host sees it: which uses it accepts, and the call it makes of one. The
// device code is a header in runtime-stub; the host's side stands in the folder of its set and asks the
// shipped header for every fact, so that nothing is written twice.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "ir/graph.hpp"
#include "program/kernel_call.hpp"
#include "target/target.hpp"

namespace burin {

enum class Objective : uint8_t { speed, balanced, size };

struct KernelFacts {
  std::string_view name;  // class template in the header
  Op op;
  KernelSet set;            // offered to targets that list this set
  std::string_view header;  // relative to runtime-stub/
  std::string_view summary;
};

struct LoweringContext {
  const Target& target;
  Rounding rounding = Rounding::tflm;
  Objective objective = Objective::speed;
  std::function<bool(const KernelFacts&)>
      offers{};  // where set, only kernels it returns true for are candidates
};

// Why a kernel does not take a node: a sentence that completes "not used because …".
struct Refusal {
  std::string reason;
};

class Kernel {
 public:
  virtual ~Kernel() = default;
  virtual const KernelFacts& facts() const = 0;
  // The call, with kernel, isa, header and cycles left to the caller to fill in. The node's constraints hold.
  virtual std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                                  const LoweringContext& context) const = 0;
};

// One class for kernels of several operators: an instance is told its facts.
class SharedKernel : public Kernel {
 public:
  const KernelFacts& facts() const final { return facts_; }

 protected:
  constexpr explicit SharedKernel(const KernelFacts& facts) : facts_(facts) {}

 private:
  KernelFacts facts_;
};

// All kernels, in the order of kernels/kernels.def.
std::vector<const Kernel*> all_kernels();

// The primitive layer that a target's kernels are instantiated over. A set's layer is named as the set is:
// arm_dsp is a folder of runtime-stub, and its struct ArmDsp.
struct PrimitiveLayer {
  std::string type;
  std::string folder;
};
PrimitiveLayer primitive_layer(KernelSet set);

}  // namespace burin
