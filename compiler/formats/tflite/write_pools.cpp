// Pools. Their windows are cut at the image's edge, so that padding which is neither SAME nor VALID cannot
// become a PAD in front: an average would count it. Such a pool is written as several, without padding, over
// parts of the image: one for all windows that lie inside, and one for each row or column of cut ones.
#include <fmt/format.h>

#include "formats/tflite/node_writer.hpp"
#include "formats/tflite/padding.hpp"
#include "ops/pooling/attributes.hpp"

namespace burin::tflite {
namespace {

using schema::BuiltinOperator;

// Output positions [first, first + count) along an axis whose windows, as far as they lie inside of the
// input, are equally long.
struct Part {
  int32_t count;
  int32_t begin;   // of the input that they read
  int32_t extent;  // likewise
  int32_t window;  // the part of it that lies inside
};

std::vector<Part> parts_of(const WindowAxis& axis) {
  std::vector<Part> parts;
  bool last_whole = false;
  for (int32_t i = 0; i < axis.output(); ++i) {
    const auto first = static_cast<int32_t>(std::max<int64_t>(axis.position(i, 0), 0));
    const auto last =
        static_cast<int32_t>(std::min<int64_t>(axis.position(i, axis.window - 1), axis.input - 1));
    const int32_t window = last - first + 1;
    const bool whole = window == axis.window;
    if (whole && last_whole) {
      ++parts.back().count;
      parts.back().extent = last + 1 - parts.back().begin;
    } else {
      parts.push_back({1, first, window, window});
    }
    last_whole = whole;
  }
  return parts;
}

class PoolWriter {
 public:
  explicit PoolWriter(const NodeWriter& writer)
      : writer_(writer),
        attributes_(writer.view.attributes<PoolAttributes>()),
        windows_(attributes_.window.windows(writer.view.input(0).type.shape, attributes_.window_height,
                                            attributes_.window_width)) {}

  void write() {
    const Index input = writer_.emitter.operand(writer_.node.inputs[0]);
    const Index output = writer_.emitter.result(writer_.node.outputs[0]);
    if (const auto padding = padding_of(windows_))
      return add_pool(input, output, *padding, attributes_.window_height, attributes_.window_width);
    const std::vector<Part> rows = parts_of(windows_.height);
    const std::vector<Part> columns = parts_of(windows_.width);
    if (rows.size() == 1 && columns.size() == 1) {
      write_part(input, rows[0], columns[0], output);
      return;
    }
    std::vector<Index> bands;
    for (const Part& row : rows) {
      std::vector<Index> cells;
      for (const Part& column : columns) cells.push_back(write_part(input, row, column, -1));
      bands.push_back(joined(cells, 2, row.count, rows.size() == 1 ? output : -1));
    }
    joined(bands, 1, windows_.height.output(), output);
  }

 private:
  const Shape& shape() const { return writer_.view.input(0).type.shape; }

  void add_pool(Index from, Index to, schema::Padding padding, int32_t height, int32_t width) {
    writer_.emitter.add_operator(
        writer_.kind(), {from}, {to},
        writer_.emitter.options(schema::BuiltinOptions::Pool2DOptions,
                                schema::CreatePool2DOptions(
                                    writer_.emitter.builder(), padding, attributes_.window.stride_width,
                                    attributes_.window.stride_height, width, height, writer_.activation())));
  }

  // `to` is the tensor that it becomes, -1 for one of its own.
  Index write_part(Index input, const Part& row, const Part& column, Index to) {
    const std::string number = fmt::format("{}", parts_++);
    const Index part = writer_.like(writer_.view.input(0), "part_" + number,
                                    Shape{shape()[0], row.extent, column.extent, shape()[3]});
    writer_.emitter.add_operator(
        BuiltinOperator::SLICE,
        {input, writer_.constant("begin", {0, row.begin, column.begin, 0}),
         writer_.constant("size", {shape()[0], row.extent, column.extent, shape()[3]})},
        {part});
    if (to < 0)
      to = writer_.like(writer_.view.output(), "pooled_" + number,
                        Shape{shape()[0], row.count, column.count, shape()[3]});
    add_pool(part, to, schema::Padding::VALID, row.window, column.window);
    return to;
  }

  // The parts side by side along an axis; `to` is the tensor that they become, -1 for one of its own.
  Index joined(const std::vector<Index>& parts, int32_t axis, int32_t rows, Index to) {
    if (parts.size() == 1) return parts[0];
    if (to < 0)
      to = writer_.like(writer_.view.output(), fmt::format("band_{}", bands_++),
                        Shape{shape()[0], rows, windows_.width.output(), shape()[3]});
    writer_.emitter.add_operator(
        BuiltinOperator::CONCATENATION, parts, {to},
        writer_.emitter.options(schema::BuiltinOptions::ConcatenationOptions,
                                schema::CreateConcatenationOptions(writer_.emitter.builder(), axis)));
    return to;
  }

  const NodeWriter& writer_;
  const PoolAttributes& attributes_;
  Windows windows_;
  int32_t parts_ = 0;
  int32_t bands_ = 0;
};

}  // namespace

std::optional<schema::Padding> padding_of(const Windows& windows) {
  const auto says = [](const WindowAxis& axis, const WindowAxis& word) {
    return axis.pad_before == word.pad_before && axis.output() == word.output();
  };
  Windows same = windows;
  same.height.pad_same();
  same.width.pad_same();
  Windows valid = windows;
  for (WindowAxis* axis : {&valid.height, &valid.width}) axis->pad_before = axis->pad_after = 0;
  if (says(windows.height, valid.height) && says(windows.width, valid.width)) return schema::Padding::VALID;
  if (says(windows.height, same.height) && says(windows.width, same.width)) return schema::Padding::SAME;
  return std::nullopt;
}

bool write_pool(const NodeWriter& writer) {
  if (writer.node.op != Op::average_pool_2d && writer.node.op != Op::max_pool_2d) return false;
  PoolWriter(writer).write();
  return true;
}

}  // namespace burin::tflite
