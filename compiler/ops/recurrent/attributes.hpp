// What the operators of this family are configured by: plain structs, each with its fields in the order of
// the text form, and with the names of those who have it. The others of the family have NoAttributes.
#pragma once

#include <cstdint>

namespace burin {

// unidirectional_sequence_lstm.
struct LstmAttributes {
  bool time_major = false;
  float cell_clip = 0;  // limits the magnitude of the cell state, where it is not zero

  template <class Self, class Visit>
  static void fields(Self& self, Visit visit) {
    visit("time_major", self.time_major);
    visit("cell_clip", self.cell_clip);
  }
};

// svdf.
struct SvdfAttributes {
  int32_t rank = 1;  // filters that add up to a unit

  template <class Self, class Visit>
  static void fields(Self& self, Visit visit) {
    visit("rank", self.rank);
  }
};

}  // namespace burin
