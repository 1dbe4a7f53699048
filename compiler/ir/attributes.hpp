// An operator's attributes: a plain struct that its operator declares, held here without its type.
//
// The struct lists its fields once, and printing, parsing and comparing follow from that:
//
//   struct PoolAttributes {
//     int32_t window_height = 1;
//     template <class Self, class Visit>
//     static void fields(Self& self, Visit visit) { visit("window_height", self.window_height); }
//   };
//
// Field types: int32_t, bool, float, std::vector<int32_t>.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <variant>
#include <vector>

#include "support/check.hpp"

namespace burin {

using AttributeValue = std::variant<int32_t, bool, float, std::vector<int32_t>>;

struct NamedAttribute {
  std::string name;
  AttributeValue value;
  bool operator==(const NamedAttribute&) const = default;
};

class Attributes {
 public:
  Attributes() = default;

  template <class T>
  static Attributes of(T value) {
    Attributes attributes;
    attributes.held_ = std::make_shared<const Held<T>>(std::move(value));
    return attributes;
  }
  // The struct itself; asking for another type than was stored is an internal error.
  template <class T>
  const T& as() const {
    const auto* held = dynamic_cast<const Held<T>*>(held_.get());
    BURIN_CHECK(held != nullptr, typeid(T).name());  // which the attributes are not
    return held->value;
  }
  // Name and value of every field, in the struct's order.
  std::vector<NamedAttribute> list() const { return held_ ? held_->list() : std::vector<NamedAttribute>(); }
  bool operator==(const Attributes& other) const { return held_ == other.held_ || list() == other.list(); }

 private:
  struct HeldBase {
    virtual ~HeldBase() = default;
    virtual std::vector<NamedAttribute> list() const = 0;
  };
  template <class T>
  struct Held final : HeldBase {
    explicit Held(T v) : value(std::move(v)) {}
    std::vector<NamedAttribute> list() const override {
      std::vector<NamedAttribute> result;
      T::fields(value, [&](const char* name, const auto& field) { result.push_back({name, field}); });
      return result;
    }
    T value;
  };
  std::shared_ptr<const HeldBase> held_;
};

// For operators without attributes.
struct NoAttributes {
  template <class Self, class Visit>
  static void fields(Self&, Visit) {}
};

// Builds a T from names and values, as the text form gives them. Fields that are not named keep their
// defaults. On failure returns a sentence in `error`, else leaves it empty.
template <class T>
Attributes attributes_from_list(const std::vector<NamedAttribute>& list, std::string& error) {
  T result;
  for (const NamedAttribute& given : list) {
    bool found = false;
    T::fields(result, [&](const char* name, auto& field) {
      using Field = std::decay_t<decltype(field)>;
      if (given.name != name) return;
      found = true;
      if (const auto* value = std::get_if<Field>(&given.value)) {
        field = *value;
      } else if constexpr (std::is_same_v<Field, float>) {
        if (const auto* integer = std::get_if<int32_t>(&given.value))
          field = static_cast<float>(*integer);
        else
          error = "attribute " + given.name + " has the wrong type";
      } else {
        error = "attribute " + given.name + " has the wrong type";
      }
    });
    if (!found) error = "there is no attribute " + given.name;
  }
  return Attributes::of(std::move(result));
}

}  // namespace burin
