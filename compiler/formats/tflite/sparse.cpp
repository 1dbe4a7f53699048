#include "formats/tflite/sparse.hpp"

#include <algorithm>
#include <cstring>

namespace burin::tflite {
namespace {

// One dimension of the order in which elements are stored, outermost first: all of its indices, or for each
// position in front of it those between two segments' ends.
struct Level {
  size_t dimension = 0;  // of the tensor
  int64_t stride = 0;    // elements of the tensor that one step goes on by
  int64_t extent = 0;
  bool sparse = false;
  std::vector<int64_t> segments{};
  std::vector<int64_t> indices{};
};

template <class Element>
std::vector<int64_t> widened(const flatbuffers::Vector<Element>* values) {
  std::vector<int64_t> result;
  for (uint32_t i = 0; i < size_of(values); ++i) {
    // FlatBuffers' verifier does not check the alignment of a vector's elements.
    Element value;
    std::memcpy(&value, values->Data() + i * sizeof value, sizeof value);
    result.push_back(value);
  }
  return result;
}

template <class Vectors>
std::vector<int64_t> integers(schema::SparseIndexVector type, const Vectors& vectors, Budget& budget) {
  const auto taken = [&](const auto* vector) {
    if (vector == nullptr || !budget.take(8 * size_of(vector->values()))) return std::vector<int64_t>();
    return widened(vector->values());
  };
  switch (type) {
    case schema::SparseIndexVector::Int32Vector:
      return taken(vectors.int32());
    case schema::SparseIndexVector::Uint16Vector:
      return taken(vectors.uint16());
    case schema::SparseIndexVector::Uint8Vector:
      return taken(vectors.uint8());
    default:
      return {};
  }
}

struct Segments {
  const schema::DimensionMetadata& from;
  auto int32() const { return from.array_segments_as_Int32Vector(); }
  auto uint16() const { return from.array_segments_as_Uint16Vector(); }
  auto uint8() const { return from.array_segments_as_Uint8Vector(); }
};
struct Indices {
  const schema::DimensionMetadata& from;
  auto int32() const { return from.array_indices_as_Int32Vector(); }
  auto uint16() const { return from.array_indices_as_Uint16Vector(); }
  auto uint8() const { return from.array_indices_as_Uint8Vector(); }
};

class Densifier {
 public:
  Densifier(std::span<const std::byte> stored, size_t width, size_t elements)
      : stored_(stored), width_(width), result_(elements * width) {}

  // The levels, where the description makes sense.
  bool describe(const schema::SparsityParameters& sparsity, const Shape& shape, Budget& budget) {
    const size_t rank = shape.rank();
    const size_t blocks = size_of(sparsity.block_map());
    const size_t count = size_of(sparsity.traversal_order());
    if (blocks > rank || count != rank + blocks || size_of(sparsity.dim_metadata()) != count) return false;
    std::vector<int64_t> block_of(rank, 1);  // extent of the tensor's dimension's block
    std::vector<size_t> blocked;
    for (uint32_t i = 0; i < blocks; ++i) {
      const int32_t dimension = sparsity.block_map()->Get(i);
      if (dimension < 0 || static_cast<size_t>(dimension) >= rank) return false;
      if (std::ranges::find(blocked, static_cast<size_t>(dimension)) != blocked.end()) return false;
      blocked.push_back(static_cast<size_t>(dimension));
    }
    std::vector<bool> seen(count);
    for (uint32_t level = 0; level < count; ++level) {
      const int32_t number = sparsity.traversal_order()->Get(level);
      if (number < 0 || static_cast<size_t>(number) >= count || seen[static_cast<size_t>(number)])
        return false;
      seen[static_cast<size_t>(number)] = true;
      if (static_cast<size_t>(number) < rank) continue;
      const schema::DimensionMetadata& metadata = *sparsity.dim_metadata()->Get(level);
      const size_t dimension = blocked[static_cast<size_t>(number) - rank];
      const int64_t extent = metadata.dense_size();
      if (metadata.format() != schema::DimensionType::DENSE || extent < 1 ||
          shape.dims()[dimension] % extent != 0)
        return false;
      block_of[dimension] = extent;
    }
    std::vector<int64_t> strides(rank, 1);
    for (size_t i = rank; i-- > 1;) strides[i - 1] = strides[i] * shape.dims()[i];
    for (uint32_t i = 0; i < count; ++i) {
      const auto number = static_cast<size_t>(sparsity.traversal_order()->Get(i));
      const schema::DimensionMetadata& metadata = *sparsity.dim_metadata()->Get(i);
      Level level;
      const bool inner = number >= rank;
      level.dimension = inner ? blocked[number - rank] : number;
      level.stride = strides[level.dimension] * (inner ? 1 : block_of[level.dimension]);
      level.extent =
          inner ? block_of[level.dimension] : shape.dims()[level.dimension] / block_of[level.dimension];
      level.sparse = metadata.format() != schema::DimensionType::DENSE;
      if (level.sparse) {
        level.segments = integers(metadata.array_segments_type(), Segments{metadata}, budget);
        level.indices = integers(metadata.array_indices_type(), Indices{metadata}, budget);
      } else if (metadata.dense_size() != level.extent) {
        return false;
      }
      levels_.push_back(std::move(level));
    }
    return true;
  }

  // Copies what is stored below a position of the levels in front of `level`. False where it is not there.
  bool copy(size_t level, int64_t position, int64_t element) {
    if (level == levels_.size()) {
      const auto at = static_cast<size_t>(position) * width_;
      if (at + width_ > stored_.size()) return false;
      std::ranges::copy(stored_.subspan(at, width_),
                        result_.begin() + element * static_cast<int64_t>(width_));
      used_ = std::max(used_, at + width_);
      return true;
    }
    const Level& own = levels_[level];
    if (!own.sparse) {
      for (int64_t i = 0; i < own.extent; ++i)
        if (!copy(level + 1, position * own.extent + i, element + i * own.stride)) return false;
      return true;
    }
    if (position + 1 >= static_cast<int64_t>(own.segments.size())) return false;
    const int64_t begin = own.segments[static_cast<size_t>(position)];
    const int64_t end = own.segments[static_cast<size_t>(position) + 1];
    if (begin < 0 || end < begin || end > static_cast<int64_t>(own.indices.size())) return false;
    int64_t last = -1;
    for (int64_t i = begin; i < end; ++i) {
      const int64_t index = own.indices[static_cast<size_t>(i)];
      // In order, so that no position is visited more often than it has indices.
      if (index <= last || index >= own.extent) return false;
      last = index;
      if (!copy(level + 1, i, element + index * own.stride)) return false;
    }
    return true;
  }

  bool used_all() const { return used_ == stored_.size(); }
  std::vector<std::byte> take() { return std::move(result_); }

 private:
  std::span<const std::byte> stored_;
  size_t width_;
  std::vector<Level> levels_;
  std::vector<std::byte> result_;
  size_t used_ = 0;
};

}  // namespace

std::optional<std::vector<std::byte>> densified(const schema::SparsityParameters& sparsity,
                                                const Shape& shape, std::span<const std::byte> stored,
                                                size_t width, Budget& budget) {
  const auto elements = static_cast<size_t>(shape.elements());
  if (!budget.take(elements * width)) return std::nullopt;
  Densifier densifier(stored, width, elements);
  if (!densifier.describe(sparsity, shape, budget)) return std::nullopt;
  if (!densifier.copy(0, 0, 0) || !densifier.used_all()) return std::nullopt;
  return densifier.take();
}

}  // namespace burin::tflite
