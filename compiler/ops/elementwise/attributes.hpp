// What the operators of this family are configured by: plain structs, each with its fields in the order of
// the text form, and with the names of those who have it. The others of the family have NoAttributes.
#pragma once

#include <cstdint>

namespace burin {

// leaky_relu.
struct LeakyReluAttributes {
  float alpha = 0;

  template <class Self, class Visit>
  static void fields(Self& self, Visit visit) {
    visit("alpha", self.alpha);
  }
};

}  // namespace burin
