// Readers of custom operators, by the names that the runtimes register them under. Those that keep frames of
// a signal are moves of elements, and a variable.
#include <fmt/format.h>

#include <algorithm>

#include "formats/tflite/operators/operators.hpp"
#include "ops/detection/attributes.hpp"
#include "ops/movement/attributes.hpp"

namespace burin::tflite {
namespace {

using schema::BuiltinOperator;

constexpr int64_t most_elements = int64_t{1} << 24;  // of a length that an option states
constexpr int64_t most_frames = 1024;

Diagnostic refusal(std::string message, std::string help = {}) {
  return {.code = DiagnosticCode::E0402,
          .message = std::move(message),
          .place = {},
          .help = std::move(help),
          .file = {}};
}

Attributes none() {
  return Attributes::of(NoAttributes{});
}

// An option that is a length; nothing where it is absent or out of range.
std::optional<int32_t> length(const SourceOperator& source, std::string_view field, int64_t lowest) {
  if (!source.states(field)) return std::nullopt;
  const int64_t value = source.integer(field);
  if (value < lowest || value > most_elements) return std::nullopt;
  return static_cast<int32_t>(value);
}

int32_t option(const SourceOperator& source, std::string_view field) {
  return static_cast<int32_t>(std::clamp<int64_t>(source.integer(field), INT32_MIN, INT32_MAX));
}

Result<NodeDraft> read_detection_postprocess(SourceOperator& source) {
  for (const char* field : {"max_detections", "num_classes", "nms_score_threshold", "nms_iou_threshold",
                            "y_scale", "x_scale", "h_scale", "w_scale"})
    if (!source.states(field)) return refusal(fmt::format("its options lack {}", field));
  const bool by_class = source.states("use_regular_nms") && source.integer("use_regular_nms") != 0;
  const int32_t per_box =
      source.states("max_classes_per_detection") ? option(source, "max_classes_per_detection") : 1;
  if (!by_class && per_box != 1 && option(source, "num_classes") != 1)
    return refusal("a box may be a detection of several classes",
                   "export the model with max_classes_per_detection = 1 or use_regular_nms = true");
  const DetectionAttributes attributes{.classes = option(source, "num_classes"),
                                       .max_detections = option(source, "max_detections"),
                                       .detections_per_class = source.states("detections_per_class")
                                                                   ? option(source, "detections_per_class")
                                                                   : 100,
                                       .by_class = by_class,
                                       .score_threshold = source.real("nms_score_threshold"),
                                       .overlap_threshold = source.real("nms_iou_threshold"),
                                       .y_scale = source.real("y_scale"),
                                       .x_scale = source.real("x_scale"),
                                       .h_scale = source.real("h_scale"),
                                       .w_scale = source.real("w_scale")};
  return NodeDraft{.inputs = source.inputs(), .attributes = Attributes::of(attributes)};
}

// Nodes that move elements of one type and quantization, and a variable of it.
class Moves {
 public:
  Moves(SourceOperator& source, const Tensor& like)
      : source_(source), dtype_(like.type.dtype), quantization_(like.quantization) {}

  TensorId tensor(Shape shape) { return add(dtype_, std::move(shape), quantization_); }
  TensorId variable(Shape shape) {
    return source_.add_tensor({.name = source_.output().name + "/state",
                               .type = {dtype_, std::move(shape)},
                               .quantization = quantization_,
                               .variable = true});
  }
  TensorId read(TensorId variable) {
    const TensorId value = tensor(shape_of(variable));
    source_.add_node(
        {.inputs = {variable}, .attributes = none(), .op = Op::read_variable, .outputs = {value}});
    return value;
  }
  void assign(TensorId variable, TensorId value) {
    source_.add_node({.inputs = {variable, value},
                      .attributes = none(),
                      .op = Op::assign_variable,
                      .without_outputs = true});
  }
  TensorId reshape(TensorId from, Shape shape) {
    const TensorId to = tensor(std::move(shape));
    source_.add_node({.inputs = {from}, .attributes = none(), .op = Op::reshape, .outputs = {to}});
    return to;
  }
  // Elements [begin, begin + extent) along an axis.
  TensorId slice(TensorId from, size_t axis, int32_t begin, int32_t extent) {
    std::vector<int32_t> dims = shape_of(from).dims();
    SliceAttributes attributes{
        std::vector<int32_t>(dims.size(), 0), std::vector<int32_t>(dims.size(), 1), {}};
    attributes.begin[axis] = begin;
    dims[axis] = extent;
    attributes.extent = dims;
    const TensorId to = tensor(Shape(std::move(dims)));
    source_.add_node({.inputs = {from},
                      .attributes = Attributes::of(std::move(attributes)),
                      .op = Op::strided_slice,
                      .outputs = {to}});
    return to;
  }
  TensorId join(const std::vector<TensorId>& parts, size_t axis) {
    if (parts.size() == 1) return parts[0];
    std::vector<int32_t> dims = shape_of(parts[0]).dims();
    dims[axis] = 0;
    for (const TensorId part : parts) dims[axis] += shape_of(part).dims()[axis];
    const TensorId to = tensor(Shape(std::move(dims)));
    source_.add_node({.inputs = parts,
                      .attributes = Attributes::of(AxisAttributes{static_cast<int32_t>(axis)}),
                      .op = Op::concatenation,
                      .outputs = {to}});
    return to;
  }
  TensorId add(DType dtype, Shape shape, Quantization quantization = {}) {
    return source_.add_tensor({.name = source_.output().name,
                               .type = {dtype, std::move(shape)},
                               .quantization = std::move(quantization)});
  }
  Shape shape_of(TensorId id) const { return source_.tensor(id).type.shape; }

 private:
  SourceOperator& source_;
  DType dtype_;
  Quantization quantization_;
};

NodeDraft as_output(TensorId value) {
  return {.inputs = {value}, .attributes = none(), .op = Op::reshape};
}

// CIRCULAR_BUFFER: the last inputs, the newest behind the others. Where it lets only every n-th invocation go
// on, the rest of the model stands still, for which a graph has no word.
Result<NodeDraft> read_circular_buffer(SourceOperator& source) {
  const Shape from = source.input(0).type.shape;
  const Shape to = source.output().type.shape;
  if (from.rank() != 4 || to.rank() != 4 || from[1] != 1 || to[1] < 1 || from[0] != to[0] ||
      from[2] != to[2] || from[3] != to[3])
    return Diagnostic{.code = DiagnosticCode::E0303,
                      .message = "input and output are not [n,1,h,c] and [n,slots,h,c]"};
  int64_t period = source.states("cycles_max") ? source.integer("cycles_max") : 0;
  // A file that does not say it leaves it to the number of slots, which the runtime knows.
  if (period <= 0) period = to[1] == 5 || to[1] == 13 || to[1] == 25 ? 1 : 2;
  if (period != 1)
    return refusal(fmt::format("it lets the model go on in one of {} invocations only", period),
                   "split the model there, and call what follows in every such invocation");
  const TensorId newest = source.inputs()[0];
  if (to[1] == 1) return as_output(newest);
  Moves moves(source, Tensor(source.output()));
  const TensorId state = moves.variable(to);
  const TensorId kept = moves.slice(moves.read(state), 1, 1, to[1] - 1);
  const TensorId next = moves.join({kept, newest}, 1);
  moves.assign(state, next);
  return as_output(next);
}

// Of a signal of any outer dimensions: as rows.
std::optional<Shape> rows_of(const Shape& shape) {
  if (shape.rank() == 0 || shape.elements() == 0) return std::nullopt;
  const int32_t last = shape[-1];
  return Shape{static_cast<int32_t>(shape.elements() / last), last};
}

// SignalDelay: each row of the input that many samples later.
Result<NodeDraft> read_delay(SourceOperator& source) {
  const auto rows = rows_of(source.input(0).type.shape);
  const auto delay = length(source, "delay_length", 0);
  if (!rows || !delay) return refusal("its length is not 0 to 2^24 samples, or its input is empty");
  if (*delay == 0) return as_output(source.inputs()[0]);
  Moves moves(source, Tensor(source.input(0)));
  const TensorId state = moves.variable({(*rows)[0], *delay});
  const TensorId all = moves.join({moves.read(state), moves.reshape(source.inputs()[0], *rows)}, 1);
  const TensorId late = moves.slice(all, 1, 0, (*rows)[1]);
  moves.assign(state, moves.slice(all, 1, (*rows)[1], *delay));
  return as_output(late);
}

// SignalFramer: frames that begin a step after each other, over the samples of this invocation and the last
// ones. The second output says that they are all there.
Result<NodeDraft> read_framer(SourceOperator& source) {
  const auto rows = rows_of(source.input(0).type.shape);
  const auto size = length(source, "frame_size", 1);
  const auto step = length(source, "frame_step", 1);
  if (!rows || !size || !step || *step > *size || (*rows)[1] % *step != 0)
    return refusal("frames are not as long as their step or longer, or the input is not a number of steps");
  const bool prefill = source.states("prefill") && source.integer("prefill") != 0;
  if (!prefill && *size > *step)
    return refusal("the first frames are not valid, which a graph cannot say",
                   "export the model with prefill = True");
  const int32_t count = (*rows)[1] / *step;
  if (count > most_frames) return refusal("it makes more than 1024 frames");
  if (source.outputs().size() != 2 || source.output(1).type != TensorType{DType::boolean, {}})
    return refusal("its second output is not one bool");
  Moves moves(source, Tensor(source.input(0)));
  TensorId all = moves.reshape(source.inputs()[0], *rows);
  if (*size > *step) {
    const TensorId state = moves.variable({(*rows)[0], *size - *step});
    all = moves.join({moves.read(state), all}, 1);
    moves.assign(state, moves.slice(all, 1, (*rows)[1], *size - *step));
  }
  std::vector<TensorId> frames;
  for (int32_t i = 0; i < count; ++i) frames.push_back(moves.slice(all, 1, i * *step, *size));
  source.add_node({.inputs = {moves.join(frames, 1)},
                   .attributes = none(),
                   .op = Op::reshape,
                   .outputs = {source.outputs()[0]}});
  const std::vector<uint8_t> yes = {1};
  const TensorId valid = source.add_tensor(
      {.name = source.output(1).name, .type = {DType::boolean, {}}, .constant = Constant::of(yes)});
  return NodeDraft{
      .inputs = {valid}, .attributes = none(), .op = Op::reshape, .outputs = {source.outputs()[1]}};
}

// SignalOverlapAdd: the sum of frames that begin a step after each other, of which the samples that no later
// frame reaches are given out. int16 saturates.
Result<NodeDraft> read_overlap_add(SourceOperator& source) {
  const Shape from = source.input(0).type.shape;
  const auto step = length(source, "frame_step", 1);
  if (from.rank() < 2 || from.elements() == 0 || !step || *step > from[-1])
    return refusal("frames are not as long as their step or longer");
  const bool real = source.input(0).type.dtype == DType::f32;
  if (!real && source.input(0).type.dtype != DType::s16) return refusal("it is not of float32 or int16");
  const int32_t size = from[-1];
  const int32_t count = from[-2];
  if (count > most_frames) return refusal("it adds more than 1024 frames");
  const auto rows = static_cast<int32_t>(from.elements() / (int64_t{size} * count));
  Moves moves(source, Tensor(source.input(0)));
  const TensorId state = moves.variable({rows, size});
  const TensorId frames = moves.reshape(source.inputs()[0], {rows, count, size});
  Tensor zeros = source.tensor(moves.tensor({rows, *step}));
  zeros.constant = Constant(std::vector<std::byte>(static_cast<size_t>(zeros.type.bytes())));
  const TensorId silence = source.add_tensor(std::move(zeros));
  const auto number = [&](int32_t value) {
    return source.add_tensor({.name = source.output().name,
                              .type = {DType::s32, {}},
                              .constant = Constant::of(std::vector<int32_t>{value})});
  };
  const auto computed = [&](Op op, std::vector<TensorId> inputs, DType dtype) {
    const TensorId to = dtype == DType::s32 ? moves.add(dtype, {rows, size}) : moves.tensor({rows, size});
    source.add_node({.inputs = std::move(inputs),
                     .attributes = none(),
                     .keeps_infinities = real && op == Op::add,
                     .op = op,
                     .outputs = {to}});
    return to;
  };
  TensorId sum = moves.read(state);
  std::vector<TensorId> parts;
  for (int32_t i = 0; i < count; ++i) {
    const TensorId frame = moves.reshape(moves.slice(frames, 1, i, 1), {rows, size});
    if (real) {
      sum = computed(Op::add, {sum, frame}, DType::f32);
    } else {
      const TensorId wide =
          computed(Op::add, {computed(Op::cast, {sum}, DType::s32), computed(Op::cast, {frame}, DType::s32)},
                   DType::s32);
      const TensorId low = computed(Op::minimum, {wide, number(INT16_MAX)}, DType::s32);
      sum = computed(Op::cast, {computed(Op::maximum, {low, number(INT16_MIN)}, DType::s32)}, DType::s16);
    }
    parts.push_back(moves.slice(sum, 1, 0, *step));
    sum = *step < size ? moves.join({moves.slice(sum, 1, *step, size - *step), silence}, 1) : silence;
  }
  moves.assign(state, sum);
  return as_output(moves.join(parts, 1));
}

struct CustomReader {
  std::string_view name;
  OperatorReader reader;
};

constexpr CustomReader rows[] = {
    {"CIRCULAR_BUFFER", {BuiltinOperator::CUSTOM, Op::reshape, read_circular_buffer}},
    {"SignalDelay", {BuiltinOperator::CUSTOM, Op::reshape, read_delay}},
    {"SignalFramer", {BuiltinOperator::CUSTOM, Op::split, read_framer}},
    {"SignalOverlapAdd", {BuiltinOperator::CUSTOM, Op::reshape, read_overlap_add}},
    {"TFLite_Detection_PostProcess",
     {BuiltinOperator::CUSTOM, Op::detection_postprocess, read_detection_postprocess}},
};

}  // namespace

const OperatorReader* custom_reader_of(std::string_view name) {
  for (const CustomReader& row : rows)
    if (row.name == name) return &row.reader;
  return nullptr;
}

}  // namespace burin::tflite
