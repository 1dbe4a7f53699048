// What the operators of this family are configured by: plain structs, each with its fields in the order of
// the text form, and with the names of those who have it.
#pragma once

#include <cstdint>

namespace burin {

// detection_postprocess.
struct DetectionAttributes {
  int32_t classes = 1;
  int32_t max_detections = 1;
  int32_t detections_per_class = 100;  // where suppression is by class
  bool by_class = false;               // boxes suppress others of their class only
  float score_threshold = 0;           // a box with a lower score is no detection
  float overlap_threshold = 0.5f;      // intersection over union; a box above it is suppressed
  float y_scale = 1;                   // by which encodings are divided
  float x_scale = 1;
  float h_scale = 1;
  float w_scale = 1;

  template <class Self, class Visit>
  static void fields(Self& self, Visit visit) {
    visit("classes", self.classes);
    visit("max_detections", self.max_detections);
    visit("detections_per_class", self.detections_per_class);
    visit("by_class", self.by_class);
    visit("score_threshold", self.score_threshold);
    visit("overlap_threshold", self.overlap_threshold);
    visit("y_scale", self.y_scale);
    visit("x_scale", self.x_scale);
    visit("h_scale", self.h_scale);
    visit("w_scale", self.w_scale);
  }
};

}  // namespace burin
