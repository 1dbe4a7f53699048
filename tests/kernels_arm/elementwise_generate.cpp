// Makes the cases of the elementwise kernels' test: quantizations and inputs at random, constants from the
// prover that the compiler uses, and the outputs that the definition gives. Writes cases.hpp and cases.bin
// for elementwise_check.cpp.
//
//   generate DIRECTORY SEED COUNT
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "arithmetic/linear_form.hpp"
#include "case_file.hpp"
#include "reference_rounding.hpp"

namespace {

struct Sum {
  std::string name;
  int32_t rows, row_elements, left_ring_rows, right_ring_rows, output_ring_rows;
  double left_scale, right_scale, output_scale;
  int32_t left_zero_point, right_zero_point, output_zero_point, activation_min, activation_max;
  int32_t sign;
  bool round_once, measured;
};

Sum known(const char* name, int32_t rows, int32_t row_elements, double left, double right, double output,
          int32_t left_zero_point, int32_t right_zero_point, int32_t output_zero_point) {
  return {name,
          rows,
          row_elements,
          rows,
          rows,
          rows,
          left,
          right,
          output,
          left_zero_point,
          right_zero_point,
          output_zero_point,
          -128,
          127,
          1,
          false,
          true};
}

Sum random_sum(Random& random, int index) {
  Sum s{};
  s.name = "random " + std::to_string(index);
  s.rows = random.between(1, 5);
  s.row_elements = random.between(1, 70);
  s.left_ring_rows = random.one_in(3) ? random.between(1, s.rows) : s.rows;
  s.right_ring_rows = random.one_in(3) ? random.between(1, s.rows) : s.rows;
  s.output_ring_rows = random.one_in(3) ? random.between(1, s.rows) : s.rows;
  s.left_scale = random.between(1000, 100000) * 1e-6;
  s.right_scale = random.one_in(10) ? s.left_scale : s.left_scale * random.between(200, 5000) * 1e-3;
  s.output_scale = std::max(s.left_scale, s.right_scale) * random.between(500, 2000) * 1e-3;
  s.left_zero_point = random.between(-128, 127);
  s.right_zero_point = random.between(-128, 127);
  s.output_zero_point = random.one_in(2) ? -128 : random.between(-128, 127);
  s.activation_min = -128;
  s.activation_max = 127;
  if (random.one_in(4)) {
    s.activation_min = random.between(-128, 100);
    s.activation_max = random.between(s.activation_min, 127);
  }
  s.sign = random.one_in(4) ? -1 : 1;
  s.round_once = random.one_in(4);
  return s;
}

// False if no form is proved.
bool append(const Sum& s, int number, Random& random, CaseFile& file) {
  const double common = 2 * std::max(s.left_scale, s.right_scale);
  const Multiplier left = to_multiplier(s.left_scale / common);
  const Multiplier right = to_multiplier(s.right_scale / common);
  const Multiplier output = to_multiplier(common / ((1 << 20) * s.output_scale));
  const auto value = [&](int32_t a, int32_t b) {
    const int64_t x = requantize_reference((a - s.left_zero_point) * int64_t{1 << 20}, left.multiplier,
                                           left.shift, s.round_once);
    const int64_t y = requantize_reference((b - s.right_zero_point) * int64_t{1 << 20}, right.multiplier,
                                           right.shift, s.round_once);
    const int64_t z = requantize_reference(x + s.sign * y, output.multiplier, output.shift, s.round_once);
    return static_cast<int8_t>(
        std::clamp<int64_t>(z + s.output_zero_point, s.activation_min, s.activation_max));
  };
  std::vector<int8_t> values;
  for (int32_t a = -128; a < 128; ++a)
    for (int32_t b = -128; b < 128; ++b) values.push_back(value(a, b));
  const auto form = burin::find_cut_linear_form(values, s.left_scale / s.output_scale,
                                                s.sign * s.right_scale / s.output_scale, s.activation_min,
                                                s.activation_max);
  if (!form) return false;
  const std::vector<uint32_t> stream = {static_cast<uint32_t>(form->left_factor),
                                        static_cast<uint32_t>(form->right_factor),
                                        static_cast<uint32_t>(form->offset)};
  const auto count = static_cast<size_t>(s.rows * s.row_elements);
  std::vector<int8_t> a, b, expected;
  for (size_t i = 0; i < count; ++i) {
    a.push_back(static_cast<int8_t>(random.between(-128, 127)));
    b.push_back(static_cast<int8_t>(random.between(-128, 127)));
    expected.push_back(value(a[i], b[i]));
  }
  char text[512];
  std::snprintf(text, sizeof text,
                "struct case_%d { enum : int32_t { rows = %d, row_elements = %d, left_ring_rows = %d, "
                "right_ring_rows = "
                "%d, output_ring_rows = %d, activation_min = %d, activation_max = %d }; };\n",
                number, s.rows, s.row_elements, s.left_ring_rows, s.right_ring_rows, s.output_ring_rows,
                s.activation_min, s.activation_max);
  file.declarations += text;
  std::snprintf(text, sizeof text, "  check<case_%d>(%d, \"%s\", %zu, %zu, %zu, %zu, %s);\n", number, number,
                s.name.c_str(), file.append(a), file.append(b), file.append(stream), file.append(expected),
                s.measured ? "true" : "false");
  file.calls += text;
  if (s.measured) std::printf("case %d|%s|%zu|%zu|0|\n", number, s.name.c_str(), count, count * 25 / 4);
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  Random random{std::mt19937(static_cast<uint32_t>(std::strtoul(argv[2], nullptr, 10)))};
  const int count = std::atoi(argv[3]);
  const Sum sums[] = {known("add 32x32x16", 32, 512, 0.039394, 0.10419, 0.050946, -128, 4, -128),
                      known("add 16x16x32", 16, 512, 0.044761, 0.11312, 0.053236, -17, 4, -128),
                      known("add 8x8x64", 8, 512, 0.083858, 0.21724, 0.12707, 38, -2, -128),
                      known("add 128x128", 128, 128, 0.040725, 0.041246, 0.058377, -2, -1, -3)};
  CaseFile file;
  int number = 0;
  for (const Sum& sum : sums) {
    if (!append(sum, number, random, file))
      std::printf("no form for %s\n", sum.name.c_str());
    else
      ++number;
  }
  int made = 0;
  int refused = 0;
  while (made < count && refused < count)
    append(random_sum(random, made), number + made, random, file) ? ++made : ++refused;
  std::printf("%d known layers, %d random cases, no form for %d more\n", number, made, refused);
  return made == count && file.write(argv[1]) ? 0 : 1;
}
