// The geometry of a call on the host: structs whose members are what the kernel's header reads of its
// Geometry, under the same names. A kernel has one of its own, several parts that kernels share, or both; a
// generated file has the members of all of them as enumerators, in order.
#pragma once

#include "program/kernel_call.hpp"
#include "tensor/quantization.hpp"

namespace burin {

// Of kernels that take element after element.
struct ElementsGeometry {
  int32_t elements;

  template <class Visit>
  void fields(Visit visit) const {
    visit("elements", elements);
  }
};

// Of kernels that copy bytes as they are.
struct BytesGeometry {
  int32_t bytes;

  template <class Visit>
  void fields(Visit visit) const {
    visit("bytes", bytes);
  }
};

// Of kernels that work along the last axis: all axes before it are rows.
struct RowsGeometry {
  int32_t rows;
  int32_t length;

  template <class Visit>
  void fields(Visit visit) const {
    visit("rows", rows);
    visit("length", length);
  }
};

// Of fully connected layers.
struct LayerGeometry {
  int32_t batches;
  int32_t inputs;
  int32_t outputs;

  template <class Visit>
  void fields(Visit visit) const {
    visit("batches", batches);
    visit("inputs", inputs);
    visit("outputs", outputs);
  }
};

struct ZeroPointsGeometry {
  int32_t input_zero_point;
  int32_t output_zero_point;

  template <class Visit>
  void fields(Visit visit) const {
    visit("input_zero_point", input_zero_point);
    visit("output_zero_point", output_zero_point);
  }
};

// Integers that outputs are kept between: those of an activation, or of the type.
struct ClampGeometry {
  int32_t activation_min;
  int32_t activation_max;

  template <class Visit>
  void fields(Visit visit) const {
    visit("activation_min", activation_min);
    visit("activation_max", activation_max);
  }
};

// A factor as a multiplier and a power of two.
struct FactorGeometry {
  int32_t multiplier;
  int32_t shift;

  template <class Visit>
  void fields(Visit visit) const {
    visit("multiplier", multiplier);
    visit("shift", shift);
  }
};

// How sums are brought to the output's scale.
struct RoundingGeometry {
  explicit RoundingGeometry(Rounding rounding) : round_once(rounding == Rounding::litert) {}
  explicit RoundingGeometry(bool once) : round_once(once) {}

  bool round_once;

  template <class Visit>
  void fields(Visit visit) const {
    visit("round_once", round_once);
  }
};

// Weights as they are in the model: OHWI, HWI or rows of a matrix.
struct WeightsGeometry {
  int32_t weights_zero_point;

  template <class Visit>
  void fields(Visit visit) const {
    visit("weights_zero_point", weights_zero_point);
  }
};

// Channels of the weights: fewer than of the input where there are groups.
struct WeightChannelsGeometry {
  int32_t weight_channels;

  template <class Visit>
  void fields(Visit visit) const {
    visit("weight_channels", weight_channels);
  }
};

// Whether generic/four_products.hpp finds weights in fours.
struct PackedWeightsGeometry {
  bool in_fours;

  template <class Visit>
  void fields(Visit visit) const {
    visit("in_fours", in_fours);
  }
};

}  // namespace burin
