// What transformers are made of besides products of matrices: attention, and positions as rotations.
#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "formats/onnx/operators/common.hpp"

namespace burin::onnx {
namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();

TensorId float_operand(const Reader& r, size_t i) {
  const TensorId x = r.input(i);
  if (!r.is_float(x))
    unsupported(fmt::format("input {} is {}, and only float32 is supported", i, describe_type(r.at(x).type)));
  return x;
}

// ---- Attention: Y = softmax(scale Q K^T + mask) V, a head at a time. Source: ai.onnx, Attention-24 ----

// [batch, heads, length, width] of that or of [batch, length, heads * width].
TensorId heads_apart(Reader& r, size_t i, std::string_view attribute) {
  const TensorId x = float_operand(r, i);
  const Shape shape = r.shape(x);
  if (shape.rank() == 4) return x;
  if (shape.rank() != 3) contradiction(fmt::format("input {} is of rank {}", i, shape.rank()));
  const int64_t heads = r.required_integer(attribute);
  if (heads < 1 || shape[2] % heads != 0)
    contradiction(fmt::format("a width of {} is not that of {} heads", shape[2], heads));
  const auto count = static_cast<int32_t>(heads);
  return r.transpose(r.reshape(x, {shape[0], shape[1], count, shape[2] / count}), {0, 2, 1, 3});
}

// The elements of a vector beside [batch, heads, queries, keys]: one a batch.
TensorId by_batch(Reader& r, TensorId x) {
  if (r.rank(x) != 1) contradiction("the numbers of keys are no vector");
  return r.reshape(r.narrowed(x), {r.shape(x)[0], 1, 1, 1});
}

TensorId both(Reader& r, TensorId a, TensorId b) {
  if (!a.valid()) return b;
  return r.emit(Op::logical_and, {a, b}, {DType::boolean, broadcast(r.shape(a), r.shape(b))});
}

class Mask {
 public:
  Mask(Reader& r, int32_t queries, int32_t keys, int32_t past)
      : r_(r), queries_(queries), keys_(keys), past_(past) {}

  // Which keys a query sees; all where it is invalid.
  TensorId allowed;
  // What is added to the products; nothing where it is invalid.
  TensorId bias;

  void take_given() {
    if (!r_.has_input(3)) return;
    TensorId given = r_.input(3);
    if (r_.rank(given) < 2) given = r_.reshape(given, padded_shape(r_.shape(given), 2));
    const bool is_boolean = r_.dtype(given) == DType::boolean;
    if (!is_boolean && !r_.is_float(given))
      unsupported(fmt::format("the mask is {}, and float32 and bool are supported",
                              describe_type(r_.at(given).type)));
    const int32_t length = r_.shape(given)[-1];
    if (length > keys_) contradiction(fmt::format("a mask for {} keys, where there are {}", length, keys_));
    if (length < keys_ && length != 1) {
      // Keys that the mask does not reach are hidden.
      std::vector<int32_t> around(2 * r_.shape(given).rank());
      around.back() = keys_ - length;
      const TensorId longer = r_.pad(r_.cast(given, DType::f32), around);
      given = is_boolean ? r_.comparison(Op::greater, longer, r_.scalar(0.5f)) : longer;
      see(columns(), Op::less, r_.integers(DType::s32, {}, {length}));
    }
    if (is_boolean)
      allowed = both(r_, allowed, given);
    else
      bias = given;
  }
  // A query sees the keys up to its own place.
  void take_causal() {
    if (r_.integer("is_causal", 0) == 0) return;
    std::vector<int64_t> rows;
    for (int64_t row = 0; row < queries_; ++row) rows.push_back(row + past_);
    TensorId places = r_.integers(DType::s32, {1, 1, queries_, 1}, rows);
    if (r_.has_input(6))
      places = r_.add(places, r_.add(by_batch(r_, r_.input(6)), -static_cast<double>(queries_ + past_)));
    see(columns(), Op::less_equal, places);
  }
  // Of each batch only so many keys are there.
  void take_lengths() {
    if (r_.has_input(6)) see(columns(), Op::less, by_batch(r_, r_.input(6)));
  }

  TensorId applied(TensorId products) {
    if (bias.valid()) products = r_.add(products, bias);
    return allowed.valid() ? r_.select(allowed, products, r_.scalar(-infinity)) : products;
  }
  // The probabilities of queries that see no key are 0.
  TensorId without_blind(TensorId probabilities) {
    if (!allowed.valid() && (!bias.valid() || r_.is_constant(bias))) return probabilities;
    const TensorId reach = bias.valid() ? bias : r_.scalar(0);
    const TensorId seen = allowed.valid() ? r_.select(allowed, reach, r_.scalar(-infinity)) : reach;
    const TensorId best = r_.reduce(Op::reduce_max, seen, {r_.rank(seen) - 1});
    const TensorId blind = r_.comparison(Op::equal, best, r_.scalar(-infinity));
    if (r_.is_constant(blind)) {
      bool any = false;
      for (const int64_t value : r_.integers_of(blind)) any = any || value != 0;
      if (!any) return probabilities;
    }
    return r_.select(blind, r_.scalar(0), probabilities);
  }

 private:
  TensorId columns() {
    std::vector<int64_t> places;
    for (int64_t key = 0; key < keys_; ++key) places.push_back(key);
    return r_.integers(DType::s32, {1, 1, 1, keys_}, places);
  }
  void see(TensorId places, Op op, TensorId limit) {
    allowed = both(r_, allowed, r_.comparison(op, places, limit));
  }

  Reader& r_;
  int32_t queries_;
  int32_t keys_;
  int32_t past_;
};

void read_attention(Reader& r) {
  const TensorId q = heads_apart(r, 0, "q_num_heads");
  TensorId k = heads_apart(r, 1, "kv_num_heads");
  TensorId v = heads_apart(r, 2, "kv_num_heads");
  int32_t past = 0;
  if (r.has_input(4) != r.has_input(5)) contradiction("there are keys of the past without values");
  if (r.has_input(4)) {
    if (r.rank(r.input(4)) != 4 || r.rank(r.input(5)) != 4)
      contradiction("keys of the past are not of rank 4");
    past = r.shape(r.input(4))[2];
    k = r.concat({r.input(4), k}, 2);
    v = r.concat({r.input(5), v}, 2);
  }
  r.set(1, k);
  r.set(2, v);
  const Shape queries = r.shape(q);
  const Shape keys = r.shape(k);
  const Shape values = r.shape(v);
  if (keys[0] != queries[0] || values[0] != queries[0] || keys[3] != queries[3] || values[1] != keys[1] ||
      values[2] != keys[2] || keys[1] < 1 || queries[1] % keys[1] != 0)
    contradiction(fmt::format("queries [{}], keys [{}] and values [{}] do not fit", to_string(queries),
                              to_string(keys), to_string(values)));
  Mask mask(r, queries[2], keys[2], past);
  mask.take_given();
  mask.take_causal();
  mask.take_lengths();
  const float scale = r.real("scale", 1 / std::sqrt(static_cast<float>(queries[3])));
  // Queries that share a head of the keys are rows of one product.
  const int32_t rows = queries[1] / keys[1] * queries[2];
  const TensorId rows_of_q = r.reshape(r.mul(q, scale), {queries[0], keys[1], rows, queries[3]});
  const Shape by_head{queries[0], queries[1], queries[2], keys[2]};
  const TensorId products = r.reshape(r.matmul(rows_of_q, k, false, true), by_head);
  TensorId capped = products;
  if (const float cap = r.real("softcap", 0); cap > 0)
    capped = r.mul(r.unary(Op::tanh, r.mul(products, 1.0 / cap)), cap);
  const TensorId masked = mask.applied(capped);
  if (r.shape(masked) != by_head) contradiction("the mask has more dimensions than the products");
  const TensorId probabilities = mask.without_blind(softmax_last(r, masked));
  const TensorId steps[] = {products, capped, masked, probabilities};
  const int64_t mode = r.integer("qk_matmul_output_mode", 0);
  if (mode < 0 || mode > 3) contradiction(fmt::format("qk_matmul_output_mode is {}", mode));
  r.set(3, steps[mode]);
  const TensorId shares = r.reshape(probabilities, {queries[0], keys[1], rows, keys[2]});
  const TensorId y = r.reshape(r.matmul(shares, v), {queries[0], queries[1], queries[2], values[3]});
  if (r.rank(r.input(0)) == 4) return r.finish(y);
  r.finish(r.reshape(r.transpose(y, {0, 2, 1, 3}), {queries[0], queries[2], queries[1] * values[3]}));
}

// ---- RotaryEmbedding: pairs of elements turned by angles that grow with the place ----

void read_rotary_embedding(Reader& r) {
  const TensorId x = float_operand(r, 0);
  const Shape shape = r.shape(x);
  const bool apart = shape.rank() == 4;
  TensorId heads = x;
  if (!apart) {
    if (shape.rank() != 3) contradiction(fmt::format("the input is of rank {}", shape.rank()));
    const int64_t count = r.required_integer("num_heads");
    if (count < 1 || shape[2] % count != 0)
      contradiction(fmt::format("a width of {} is not that of {} heads", shape[2], count));
    const auto number = static_cast<int32_t>(count);
    heads = r.reshape(x, {shape[0], shape[1], number, shape[2] / number});
  }
  const int32_t width = r.shape(heads)[3];
  const int32_t places = r.shape(heads)[apart ? 2 : 1];
  const int64_t given = r.integer("rotary_embedding_dim", 0);
  const auto turned = given == 0 ? width : dimension_of(given, "turned part");
  if (turned > width || turned % 2 != 0) contradiction(fmt::format("{} of {} are turned", turned, width));
  const int32_t half = turned / 2;
  const auto angles = [&](size_t i) {
    TensorId table = float_operand(r, i);
    if (r.has_input(3)) table = r.gather(table, r.narrowed(r.input(3)), 0);
    if (r.rank(table) != 3 || r.shape(table)[1] != places || r.shape(table)[2] < half)
      contradiction(fmt::format("angles [{}] do not fit", to_string(r.shape(table))));
    table = r.slice_axis(table, 2, 0, half);
    const int32_t batches = r.shape(table)[0];
    return r.reshape(table, apart ? Shape{batches, 1, places, half} : Shape{batches, places, 1, half});
  };
  const TensorId cosines = angles(1);
  const TensorId sines = angles(2);
  const TensorId part = r.slice_axis(heads, 3, 0, turned);
  const bool interleaved = r.integer("interleaved", 0) != 0;
  std::vector<int32_t> dims = r.shape(part).dims();
  dims[3] = half;
  const auto elements = [&](int32_t first) {
    return interleaved ? r.slice(part, {0, 0, 0, first}, dims, {1, 1, 1, 2})
                       : r.slice_axis(part, 3, first * half, half);
  };
  const TensorId a = elements(0);
  const TensorId b = elements(1);
  const TensorId real = r.sub(r.mul(a, cosines), r.mul(b, sines));
  const TensorId imaginary = r.add(r.mul(a, sines), r.mul(b, cosines));
  TensorId rotated;
  if (interleaved) {
    dims.push_back(1);
    rotated = r.reshape(r.concat({r.reshape(real, Shape(dims)), r.reshape(imaginary, Shape(dims))}, 4),
                        r.shape(part));
  } else {
    rotated = r.concat({real, imaginary}, 3);
  }
  if (turned < width) rotated = r.concat({rotated, r.slice_axis(heads, 3, turned, width - turned)}, 3);
  r.finish(r.reshape(rotated, shape));
}

constexpr OperatorEntry entries[] = {
    {"Attention", read_attention},
    {"RotaryEmbedding", read_rotary_embedding},
};

}  // namespace

std::span<const OperatorEntry> attention_operators() {
  return entries;
}

}  // namespace burin::onnx
