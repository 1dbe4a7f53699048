#include "ops/movement/pad.hpp"
#include "kernels/geometry.hpp"
#include "kernels/kernel.hpp"
#include "ops/constraints.hpp"
#include "ops/movement/attributes.hpp"

namespace burin {

using namespace pad;
namespace {

struct PadGeometry {
  int32_t input_batches;
  int32_t input_height;
  int32_t input_width;
  int32_t input_channels;
  int32_t output_batches;
  int32_t output_height;
  int32_t output_width;
  int32_t output_channels;
  int32_t pad_front;
  int32_t pad_top;
  int32_t pad_left;
  int32_t pad_channels;
  int32_t value;
  int32_t input_ring_rows;
  int32_t output_ring_rows;

  template <class Visit>
  void fields(Visit visit) const {
    visit("input_batches", input_batches);
    visit("input_height", input_height);
    visit("input_width", input_width);
    visit("input_channels", input_channels);
    visit("output_batches", output_batches);
    visit("output_height", output_height);
    visit("output_width", output_width);
    visit("output_channels", output_channels);
    visit("pad_front", pad_front);
    visit("pad_top", pad_top);
    visit("pad_left", pad_left);
    visit("pad_channels", pad_channels);
    visit("value", value);
    visit("input_ring_rows", input_ring_rows);
    visit("output_ring_rows", output_ring_rows);
  }
};

class PadS8Kernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{"PadS8", Op::pad, KernelSet::generic, "generic/pad_s8.hpp",
                                       "Copies and fills rows."};
    return facts;
  }

  std::variant<KernelCall, Refusal> lower(const NodeView& view, const LoweringContext&) const override {
    auto [images, rows, columns, channels] = dimensions_of(view);
    // The kernel takes bytes for channels.
    const int32_t width = byte_width(view.output().type.dtype);
    channels = {channels.input * width, channels.before * width, channels.after * width};
    KernelCall call;
    call.geometry = Geometry(PadGeometry{.input_batches = images.input,
                                         .input_height = rows.input,
                                         .input_width = columns.input,
                                         .input_channels = channels.input,
                                         .output_batches = images.output(),
                                         .output_height = rows.output(),
                                         .output_width = columns.output(),
                                         .output_channels = channels.output(),
                                         .pad_front = images.before,
                                         .pad_top = rows.before,
                                         .pad_left = columns.before,
                                         .pad_channels = channels.before,
                                         .value = padding_byte(view),
                                         .input_ring_rows = 0,
                                         .output_ring_rows = 0});
    call.arguments = {InputArgument{0}, OutputArgument{0}, int32_t{0}, rows.output()};
    call.overlaps = {{.input = 0, .distance = distance(view) * width}};
    call.code_bytes = 250;
    const bool whole_rows = channels.input == channels.output();
    const int64_t pieces =
        static_cast<int64_t>(images.output()) * rows.output() * (whole_rows ? 3 : 3 * columns.output());
    call.work.instructions = 30 * pieces + view.output().type.bytes();
    return call;
  }

 private:
  // The output's first byte stands so far below the input's that whatever is written before a piece of the
  // input is copied ends below that piece. The last piece decides, as every piece of the output is at least
  // as long as the input's.
  static int64_t distance(const NodeView& view) {
    const auto [images, rows, columns, channels] = dimensions_of(view);
    const bool whole_rows = channels.input == channels.output();
    const int32_t column = whole_rows ? 0 : columns.input - 1;
    // Named anew, as clang 14 captures no structured bindings.
    const auto index = [&height = rows, &width = columns, &depth = channels](int64_t n, int64_t y, int64_t x,
                                                                             int64_t c, auto length) {
      return ((n * length(height) + y) * length(width) + x) * length(depth) + c;
    };
    const int64_t read = index(images.input - 1, rows.input - 1, column, 0,
                               [](const PaddedDimension& d) { return int64_t{d.input}; });
    const int64_t written =
        index(images.before + images.input - 1, rows.before + rows.input - 1, columns.before + column,
              channels.before, [](const PaddedDimension& d) { return int64_t{d.output()}; });
    return written - read;
  }
};

}  // namespace

const Kernel& pad_s8_kernel() {
  static const PadS8Kernel instance;
  return instance;
}

}  // namespace burin
