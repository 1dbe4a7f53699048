// The reference for random graphs: the operators' own evaluation, and how far another computation of the same
// graph may be from it.
#pragma once

#include <span>
#include <vector>

#include "ir/graph.hpp"
#include "ops/value.hpp"
#include "support/random.hpp"

namespace burin::test {

// What a random value is made of.
enum class Spread {
  whole,   // anything between the ends of the type; reals in [-1, 1), or of them the positive ones
  narrow,  // integers near the zero point; small reals
  ends,    // mostly the ends of the type; reals up to 100
  special  // integers like `ends`; among the reals infinities, what is not a number, the ends and underflows
};
// A float32 that is no everyday number.
float special_number(Random& random);
Value random_value(Random& random, const Tensor& tensor, Spread spread);

// One node on the values of all tensors; a variable's value changes with it.
std::vector<Value> evaluate_node(const Graph& graph, const Node& node, Rounding rounding,
                                 std::vector<Value>& values);

struct Expected {
  Value value;
  // How far an element may be from the reference. 0: every bit is the same. Infinity: there is nothing to
  // compare, because an integer depends on a rounding that falls one way or the other with the last bits of a
  // real number.
  double tolerance = 0;
};

// Invocations in their order, state kept between them; by invocation and output.
//
// Two correct programs differ in the last bits of a float32 sum or exponential, because the order of
// additions and the C library differ. What that comes to, and what it does further on, is measured, not
// guessed: each node is evaluated again with its float32 operands moved by their own tolerance and by 2^-21
// of themselves, all up, all down, and so that any two of them go apart. That is 8 times the rounding of a
// float32 operation for every term of a sum, however much of the terms cancels. The result's tolerance is
// twice the largest change, plus 2^-20 of the largest element. A result whose elements are all elements of
// the operands was moved, not computed, and is as exact as they are. An integer that changes in any of these
// evaluations is not comparable, nor is what follows from it.
std::vector<std::vector<Expected>> expected_outputs(const Graph& graph,
                                                    std::span<const std::vector<Value>> samples,
                                                    Rounding rounding);

// True where the value is as near to the reference as that asks.
bool agrees(const Expected& expected, std::span<const std::byte> actual);

}  // namespace burin::test
