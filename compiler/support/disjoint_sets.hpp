// Sets of numbers that are merged: each number knows another one of its set, up to one that stands for all.
#pragma once

#include <cstddef>
#include <vector>

namespace burin {

class DisjointSets {
 public:
  // Sets of one each: 0 to count - 1.
  explicit DisjointSets(size_t count = 0) {
    while (size() < count) add();
  }
  // Adds the next number, in a set of its own, and gives it.
  size_t add() {
    parent_.push_back(parent_.size());
    return parent_.back();
  }
  size_t size() const { return parent_.size(); }
  // The number that stands for the set of i.
  size_t find(size_t i) {
    while (parent_[i] != i) i = parent_[i] = parent_[parent_[i]];
    return i;
  }
  // What stands for the set of a stands for that of b as well.
  void merge(size_t a, size_t b) { parent_[find(b)] = find(a); }

 private:
  std::vector<size_t> parent_;
};

}  // namespace burin
