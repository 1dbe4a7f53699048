// What the operators of this family are configured by: plain structs, each with its fields in the order of
// the text form, and with the names of those who have it. The others of the family have NoAttributes.
#pragma once

#include <cstdint>
#include <vector>

namespace burin {

// cumsum.
struct CumsumAttributes {
  int32_t axis = 0;
  bool exclusive = false;  // an element is no part of its own sum
  bool reverse = false;    // sums begin at the end

  template <class Self, class Visit>
  static void fields(Self& self, Visit visit) {
    visit("axis", self.axis);
    visit("exclusive", self.exclusive);
    visit("reverse", self.reverse);
  }
};

// mean.
struct MeanAttributes {
  std::vector<int32_t> axes;  // negative ones count from the end; may repeat
  bool keep_dims = false;     // the output keeps reduced dimensions, as 1

  template <class Self, class Visit>
  static void fields(Self& self, Visit visit) {
    visit("axes", self.axes);
    visit("keep_dims", self.keep_dims);
  }
};

// sum, reduce_max, reduce_min, reduce_prod.
struct ReductionAttributes {
  std::vector<int32_t> axes;
  bool keep_dims = false;  // reduced dimensions stay, as 1

  template <class Self, class Visit>
  static void fields(Self& self, Visit visit) {
    visit("axes", self.axes);
    visit("keep_dims", self.keep_dims);
  }
};

// softmax.
struct SoftmaxAttributes {
  float beta = 1;

  template <class Self, class Visit>
  static void fields(Self& self, Visit visit) {
    visit("beta", self.beta);
  }
};

}  // namespace burin
