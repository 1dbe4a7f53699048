// What the operators of this family are configured by: plain structs, each with its fields in the order of
// the text form, and with the names of those who have it. The others of the family have NoAttributes.
#pragma once

#include <cstdint>
#include <vector>

namespace burin {

// concatenation, pack, split, split_v, unpack, arg_max, arg_min.
struct AxisAttributes {
  int32_t axis = 0;  // of the tensor that is whole

  template <class Self, class Visit>
  static void fields(Self& self, Visit visit) {
    visit("axis", self.axis);
  }
};

// depth_to_space, space_to_depth.
struct BlockAttributes {
  int32_t block_size = 2;

  template <class Self, class Visit>
  static void fields(Self& self, Visit visit) {
    visit("block_size", self.block_size);
  }
};

// gather.
struct GatherAttributes {
  int32_t axis = 0;
  int32_t batch_dims = 0;  // leading dimensions that table and indices have in common

  template <class Self, class Visit>
  static void fields(Self& self, Visit visit) {
    visit("axis", self.axis);
    visit("batch_dims", self.batch_dims);
  }
};

// pad.
struct PadAttributes {
  std::vector<int32_t> paddings;  // before and after every dimension, in order

  template <class Self, class Visit>
  static void fields(Self& self, Visit visit) {
    visit("paddings", self.paddings);
  }
};

// resize_bilinear, resize_nearest_neighbor: The new size is the output's. Which of three ways to lay the two
// grids over each other.
struct ResizeAttributes {
  bool align_corners = false;       // the corner pixels' centers coincide
  bool half_pixel_centers = false;  // the images' corners coincide; else their first pixels' centers

  template <class Self, class Visit>
  static void fields(Self& self, Visit visit) {
    visit("align_corners", self.align_corners);
    visit("half_pixel_centers", self.half_pixel_centers);
  }
};

// reverse_v2.
struct ReverseAttributes {
  std::vector<int32_t> axes;

  template <class Self, class Visit>
  static void fields(Self& self, Visit visit) {
    visit("axes", self.axes);
  }
};

// slice, strided_slice: By axis of the input. A reader has resolved masks, negative indices and clamping.
struct SliceAttributes {
  std::vector<int32_t> begin;
  std::vector<int32_t> step;  // may be negative
  std::vector<int32_t> extent;

  template <class Self, class Visit>
  static void fields(Self& self, Visit visit) {
    visit("begin", self.begin);
    visit("step", self.step);
    visit("extent", self.extent);
  }
};

// space_to_batch_nd, batch_to_space_nd: Of height and width; images of rank 3 have no width.
struct SpaceBatchAttributes {
  int32_t block_height = 1;
  int32_t block_width = 1;
  int32_t top = 0;  // rows that are added in front of the first, or from batches to space cut off
  int32_t left = 0;

  template <class Self, class Visit>
  static void fields(Self& self, Visit visit) {
    visit("block_height", self.block_height);
    visit("block_width", self.block_width);
    visit("top", self.top);
    visit("left", self.left);
  }
};

// transpose.
struct TransposeAttributes {
  std::vector<int32_t> permutation;

  template <class Self, class Visit>
  static void fields(Self& self, Visit visit) {
    visit("permutation", self.permutation);
  }
};

}  // namespace burin
