#include "ops/window.hpp"

#include <algorithm>
#include <limits>

namespace burin {
namespace {

constexpr int32_t largest_parameter = 65535;

bool within(int32_t value, int32_t lowest) {
  return value >= lowest && value <= largest_parameter;
}

}  // namespace

bool WindowAxis::sound() const {
  return input > 0 && window > 0 && within(stride, 1) && within(dilation, 1) && within(pad_before, 0) &&
         within(pad_after, 0);
}

int32_t WindowAxis::output() const {
  const int64_t room = static_cast<int64_t>(input) + pad_before + pad_after - extent();
  return room < 0 ? 0 : static_cast<int32_t>(room / stride + 1);
}

void WindowAxis::pad_same() {
  const int64_t outputs = (static_cast<int64_t>(input) + stride - 1) / stride;
  const int64_t total = std::max<int64_t>((outputs - 1) * stride + extent() - input, 0);
  const int64_t limited = std::min<int64_t>(total, std::numeric_limits<int32_t>::max());
  pad_before = static_cast<int32_t>(limited / 2);
  pad_after = static_cast<int32_t>(limited - limited / 2);
}

Windows WindowAttributes::windows(const Shape& input, int32_t window_height, int32_t window_width) const {
  return {{input[1], window_height, stride_height, dilation_height, pad_top, pad_bottom},
          {input[2], window_width, stride_width, dilation_width, pad_left, pad_right}};
}

WindowAttributes WindowAttributes::of(const Windows& windows) {
  const WindowAxis& h = windows.height;
  const WindowAxis& w = windows.width;
  return {.stride_height = h.stride,
          .stride_width = w.stride,
          .dilation_height = h.dilation,
          .dilation_width = w.dilation,
          .pad_top = h.pad_before,
          .pad_left = w.pad_before,
          .pad_bottom = h.pad_after,
          .pad_right = w.pad_after};
}

}  // namespace burin
