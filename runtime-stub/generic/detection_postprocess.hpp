// DETECTION_POSTPROCESS, float32: boxes from encodings relative to anchors, without those that overlap better
// ones.
//
//   center = code / scale * anchor size + anchor center, half size = exp(code / scale) * anchor size / 2
//
// The best box that is left is a detection, and takes all that overlap it too much out of the search; either
// boxes have their best class only, or each class is searched by itself and the best of all classes stay.
//
// Registers: a candidate, its score, the best one, and two boxes of four edges on the FPU. Cost, modeled
// Cortex-M4 cycles at -O2 on the FPU: 60 a box and detection, and two exponentials of float64 a box.
#pragma once

#include <math.h>
#include <stdint.h>

#include "generic/primitives.hpp"

namespace burin_kernels {

struct DetectionFacts {
  // Edges and best score of each box, the box of each detection, and which boxes are left.
  static constexpr int32_t scratch_bytes(int32_t boxes, int32_t detections) {
    return 20 * boxes + 4 * detections + boxes;
  }
};

// Geometry: boxes, encoding_width, columns (of scores), classes, detections, detections_per_class, by_class.
template <class Geometry, class Isa>
struct DetectionPostprocess {
  typedef Geometry G;
  static constexpr bool accepts() {
    return G::boxes > 0 && G::encoding_width >= 4 && G::classes > 0 && G::columns >= G::classes &&
           G::detections > 0 && G::detections_per_class > 0;
  }
  static constexpr int32_t scratch_bytes() { return DetectionFacts::scratch_bytes(G::boxes, G::detections); }

  static BURIN_ENTRY void run(const float* encodings, const float* scores, const float* anchors,
                              float score_threshold, float overlap_threshold, float y_scale, float x_scale,
                              float h_scale, float w_scale, float* boxes, float* classes, float* best_scores,
                              float* count, void* scratch) {
    float* const edges = static_cast<float*>(scratch);
    float* const best = edges + 4 * G::boxes;
    Search search = {edges, best_scores,     classes,          reinterpret_cast<int32_t*>(best + G::boxes),
                     0,     score_threshold, overlap_threshold};
    uint8_t* const left = reinterpret_cast<uint8_t*>(search.chosen + G::detections);
    for (int32_t i = 0; i < G::boxes; ++i) {
      const float* const code = encodings + i * G::encoding_width;
      const float* const anchor = anchors + 4 * i;
      const float y = center(code[0], y_scale, anchor[2], anchor[0]);
      const float x = center(code[1], x_scale, anchor[3], anchor[1]);
      const float h = half(code[2], h_scale, anchor[2]);
      const float w = half(code[3], w_scale, anchor[3]);
      edges[4 * i] = y - h;
      edges[4 * i + 1] = x - w;
      edges[4 * i + 2] = y + h;
      edges[4 * i + 3] = x + w;
    }
    const float* const own = scores + (G::columns - G::classes);
    if (G::by_class != 0) {
      for (int32_t label = 0; label < G::classes; ++label)
        search.run(own + label, G::columns, own, left, G::detections_per_class, label);
    } else {
      for (int32_t i = 0; i < G::boxes; ++i) best[i] = own[i * G::columns + best_class(own, i)];
      search.run(best, 1, own, left, G::detections, -1);
    }
    for (int32_t i = 0; i < G::detections; ++i) {
      const bool found = i < search.found;
      for (int32_t edge = 0; edge < 4; ++edge)
        boxes[4 * i + edge] = found ? edges[4 * search.chosen[i] + edge] : 0.0f;
      if (found) continue;
      classes[i] = 0.0f;
      best_scores[i] = 0.0f;
    }
    *count = static_cast<float>(search.found);
  }

 private:
  static float center(float code, float scale, float size, float middle) {
    return static_cast<float>(static_cast<double>(code) / static_cast<double>(scale) *
                                  static_cast<double>(size) +
                              static_cast<double>(middle));
  }
  static float half(float code, float scale, float size) {
    return static_cast<float>(0.5 * exp(static_cast<double>(code) / static_cast<double>(scale)) *
                              static_cast<double>(size));
  }
  static float larger(float a, float b) { return a < b ? b : a; }
  static float smaller(float a, float b) { return b < a ? b : a; }

  // The first of the highest scores of a box.
  static int32_t best_class(const float* scores, int32_t box) {
    const float* const own = scores + box * G::columns;
    int32_t best = 0;
    for (int32_t label = 1; label < G::classes; ++label)
      if (own[label] > own[best]) best = label;
    return best;
  }

  struct Search {
    const float* edges;
    float* scores;    // of detections so far, the highest first
    float* classes;   // of these
    int32_t* chosen;  // boxes of these
    int32_t found;
    float score_threshold;
    float overlap_threshold;

    // Boxes by a score each, `step` apart; of one class, or of each box's best where `label` is negative.
    void run(const float* own, int32_t step, const float* all, uint8_t* left, int32_t most, int32_t label) {
      for (int32_t i = 0; i < G::boxes; ++i) left[i] = own[i * step] >= score_threshold ? 1 : 0;
      for (; most > 0; --most) {
        int32_t best = -1;
        for (int32_t i = 0; i < G::boxes; ++i)
          if (left[i] != 0 && (best < 0 || own[i * step] > own[best * step])) best = i;
        if (best < 0) return;
        left[best] = 0;
        insert(best, own[best * step], label < 0 ? best_class(all, best) : label);
        for (int32_t i = 0; i < G::boxes; ++i)
          if (left[i] != 0 && overlap(edges + 4 * best, edges + 4 * i) > overlap_threshold) left[i] = 0;
      }
    }

   private:
    // Behind those with as high a score; the last one falls out where all places are taken.
    void insert(int32_t box, float score, int32_t label) {
      int32_t place = found;
      if (found < G::detections)
        ++found;
      else if (!(score > scores[place - 1]))
        return;
      else
        --place;
      for (; place > 0 && score > scores[place - 1]; --place) {
        scores[place] = scores[place - 1];
        classes[place] = classes[place - 1];
        chosen[place] = chosen[place - 1];
      }
      scores[place] = score;
      classes[place] = static_cast<float>(label);
      chosen[place] = box;
    }

    // Intersection over union; nothing where a box has no area.
    static float overlap(const float* a, const float* b) {
      const float area_a = (a[2] - a[0]) * (a[3] - a[1]);
      const float area_b = (b[2] - b[0]) * (b[3] - b[1]);
      if (area_a <= 0.0f || area_b <= 0.0f) return 0.0f;
      const float height = larger(smaller(a[2], b[2]) - larger(a[0], b[0]), 0.0f);
      const float width = larger(smaller(a[3], b[3]) - larger(a[1], b[1]), 0.0f);
      const float shared = height * width;
      return shared / (area_a + area_b - shared);
    }
  };
};

}  // namespace burin_kernels
