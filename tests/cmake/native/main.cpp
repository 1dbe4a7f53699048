// classify IMAGES OUTPUTS: runs the model on every image, and the self-test. Prints how many images gave the
// recorded outputs; fails if one did not.
#include <cstdio>
#include <cstring>

#include "digits.h"

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  std::FILE* const images = std::fopen(argv[1], "rb");
  std::FILE* const outputs = std::fopen(argv[2], "rb");
  if (images == nullptr || outputs == nullptr) return 2;
  int8_t image[DIGITS_IMAGE_LEN];
  int8_t scores[DIGITS_DIGIT_LEN];
  int8_t expected[DIGITS_DIGIT_LEN];
  int right = 0;
  int all = 0;
  for (; std::fread(image, sizeof image, 1, images) == 1; ++all) {
    if (std::fread(expected, sizeof expected, 1, outputs) != 1) return 2;
    if (digits_run(image, scores) == DIGITS_OK && std::memcmp(scores, expected, sizeof scores) == 0) ++right;
  }
  const bool works = digits_selftest() == 0;
  std::printf("%d of %d images, self-test %s\n", right, all, works ? "passed" : "failed");
  return right == all && all > 0 && works ? 0 : 1;
}
