// Ensembles of decision trees and linear models, from scikit-learn and its like. Each tree is two products:
// where its comparisons lead is counted by one matrix, and the leaf that all of them agree on gives its
// values by another.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "formats/onnx/operators/common.hpp"

namespace burin::onnx {
namespace {

struct TreeNode {
  int64_t tree = 0;
  int64_t number = 0;
  int64_t feature = 0;
  float value = 0;
  std::string mode;
  int64_t if_true = 0;
  int64_t if_false = 0;
  bool missing_is_true = false;
};

struct LeafValue {
  int64_t tree = 0;
  int64_t number = 0;
  int64_t target = 0;
  float weight = 0;
};

struct Ensemble {
  std::vector<TreeNode> nodes;
  std::vector<LeafValue> values;
  int64_t targets = 1;
};

template <class T>
T element(const std::vector<T>& list, size_t i, const char* what) {
  if (i >= list.size()) contradiction(fmt::format("the list {} is too short", what));
  return list[i];
}

std::vector<TreeNode> read_nodes(const Reader& r) {
  const std::vector<int64_t> trees = r.integers("nodes_treeids");
  const std::vector<int64_t> numbers = r.integers("nodes_nodeids");
  const std::vector<int64_t> features = r.integers("nodes_featureids");
  const std::vector<float> values = r.reals("nodes_values");
  const std::vector<std::string> modes = r.texts("nodes_modes");
  const std::vector<int64_t> if_true = r.integers("nodes_truenodeids");
  const std::vector<int64_t> if_false = r.integers("nodes_falsenodeids");
  const std::vector<int64_t> missing = r.integers("nodes_missing_value_tracks_true");
  if (values.empty() && r.has("nodes_values_as_tensor"))
    unsupported("thresholds are of type float64", "export the model with float32 thresholds");
  std::vector<TreeNode> nodes;
  for (size_t i = 0; i < trees.size(); ++i)
    nodes.push_back({trees[i], element(numbers, i, "nodes_nodeids"), element(features, i, "nodes_featureids"),
                     element(values, i, "nodes_values"), element(modes, i, "nodes_modes"),
                     element(if_true, i, "nodes_truenodeids"), element(if_false, i, "nodes_falsenodeids"),
                     i < missing.size() && missing[i] != 0});
  return nodes;
}

Op comparison_of(const std::string& mode) {
  if (mode == "BRANCH_LEQ") return Op::less_equal;
  if (mode == "BRANCH_LT") return Op::less;
  if (mode == "BRANCH_GTE") return Op::greater_equal;
  if (mode == "BRANCH_GT") return Op::greater;
  if (mode == "BRANCH_EQ") return Op::equal;
  if (mode == "BRANCH_NEQ") return Op::not_equal;
  unsupported(fmt::format("a tree branches by \"{}\"", printable(mode, 40)));
}

// What one tree adds to the targets, [rows, targets].
TensorId tree_values(Reader& r, TensorId x, const std::vector<TreeNode>& nodes, const Ensemble& ensemble,
                     const std::map<int64_t, std::vector<std::pair<int64_t, float>>>& values) {
  std::map<int64_t, size_t> place;
  for (size_t i = 0; i < nodes.size(); ++i)
    if (!place.try_emplace(nodes[i].number, i).second) contradiction("two nodes of a tree have one number");
  std::set<int64_t> inner_targets;
  for (const TreeNode& node : nodes)
    if (node.mode != "LEAF") inner_targets.insert({node.if_true, node.if_false});
  std::vector<size_t> roots;
  for (size_t i = 0; i < nodes.size(); ++i)
    if (!inner_targets.contains(nodes[i].number)) roots.push_back(i);
  if (roots.size() != 1) contradiction("a tree has not one root");
  // All leaves with the branches that lead to them.
  struct Step {
    size_t node;
    std::vector<std::pair<size_t, bool>> path;
  };
  std::vector<size_t> inner;
  std::map<size_t, size_t> column;
  std::vector<Step> leaves;
  std::vector<Step> open = {{roots[0], {}}};
  size_t visited = 0;
  while (!open.empty()) {
    const Step step = std::move(open.back());
    open.pop_back();
    if (++visited > nodes.size() || step.path.size() > 512) contradiction("a tree has a cycle");
    const TreeNode& node = nodes[step.node];
    if (node.mode == "LEAF") {
      leaves.push_back(step);
      continue;
    }
    column[step.node] = inner.size();
    inner.push_back(step.node);
    for (const bool taken : {false, true}) {
      const auto next = place.find(taken ? node.if_true : node.if_false);
      if (next == place.end()) contradiction("a tree names a node that it does not have");
      Step further = step;
      further.node = next->second;
      further.path.emplace_back(column[step.node], taken);
      open.push_back(std::move(further));
    }
  }
  const auto rows = r.shape(x)[0];
  const auto leaf_count = static_cast<int32_t>(leaves.size());
  const auto targets = static_cast<int32_t>(ensemble.targets);
  std::vector<float> leaf_values(static_cast<size_t>(targets) * leaves.size());
  for (size_t l = 0; l < leaves.size(); ++l)
    if (const auto own = values.find(nodes[leaves[l].node].number); own != values.end())
      for (const auto& [target, weight] : own->second)
        leaf_values[static_cast<size_t>(target) * leaves.size() + l] += weight;
  if (inner.empty()) return r.broadcast_to(r.floats({1, targets}, leaf_values), {rows, targets});
  const auto branches = static_cast<int32_t>(inner.size());
  if (int64_t{branches} * leaf_count > (int64_t{1} << 22))
    unsupported(fmt::format("a tree has {} leaves", leaf_count),
                "train with a limit on the leaves of a tree");
  std::vector<int64_t> features;
  std::vector<float> thresholds;
  std::vector<int64_t> missing;
  for (const size_t i : inner) {
    if (nodes[i].feature < 0 || nodes[i].feature >= r.shape(x)[1])
      contradiction("a tree asks for a feature that is not there");
    if (nodes[i].mode != nodes[inner[0]].mode) unsupported("a tree branches in different ways");
    features.push_back(nodes[i].feature);
    thresholds.push_back(nodes[i].value);
    missing.push_back(nodes[i].missing_is_true ? 1 : 0);
  }
  const TensorId chosen = r.gather(x, r.integers(DType::s32, {branches}, features), 1);
  TensorId holds =
      r.comparison(comparison_of(nodes[inner[0]].mode), chosen, r.floats({branches}, thresholds));
  if (std::ranges::find(missing, 1) != missing.end()) {
    const TensorId absent = r.comparison(Op::not_equal, chosen, chosen);
    holds =
        r.comparison(Op::logical_or, holds,
                     r.comparison(Op::logical_and, absent, r.integers(DType::boolean, {branches}, missing)));
  }
  std::vector<float> paths(leaves.size() * inner.size());
  std::vector<float> wanted;
  for (size_t l = 0; l < leaves.size(); ++l) {
    float count = 0;
    for (const auto& [branch, taken] : leaves[l].path) {
      paths[l * inner.size() + branch] = taken ? 1.0f : -1.0f;
      count += taken ? 1.0f : 0.0f;
    }
    wanted.push_back(count);
  }
  const TensorId reached = r.dense(r.cast(holds, DType::f32), r.floats({leaf_count, branches}, paths));
  const TensorId active =
      r.cast(r.comparison(Op::equal, reached, r.floats({leaf_count}, wanted)), DType::f32);
  return r.dense(active, r.floats({targets, leaf_count}, leaf_values));
}

// Of all trees, [rows, targets].
TensorId ensemble_values(Reader& r, TensorId x, const Ensemble& ensemble, const std::string& aggregate) {
  std::map<int64_t, std::vector<TreeNode>> trees;
  std::map<int64_t, std::map<int64_t, std::vector<std::pair<int64_t, float>>>> values;
  for (const TreeNode& node : ensemble.nodes) trees[node.tree].push_back(node);
  for (const LeafValue& value : ensemble.values) {
    if (value.target < 0 || value.target >= ensemble.targets)
      contradiction("a leaf gives to a target that is not there");
    values[value.tree][value.number].emplace_back(value.target, value.weight);
  }
  TensorId result;
  for (const auto& [number, nodes] : trees) {
    const TensorId own = tree_values(r, x, nodes, ensemble, values[number]);
    if (!result.valid())
      result = own;
    else if (aggregate == "SUM" || aggregate == "AVERAGE")
      result = r.add(result, own);
    else if (aggregate == "MIN" || aggregate == "MAX")
      result = r.binary(aggregate == "MIN" ? Op::minimum : Op::maximum, result, own);
    else
      unsupported(fmt::format("trees are joined by \"{}\"", printable(aggregate, 40)));
  }
  if (!result.valid()) contradiction("there are no trees");
  return aggregate == "AVERAGE" ? r.mul(result, 1.0 / static_cast<double>(trees.size())) : result;
}

TensorId rows_of_features(Reader& r) {
  TensorId x = r.input(0);
  if (r.rank(x) == 1) x = r.reshape(x, {1, r.shape(x)[0]});
  if (r.rank(x) != 2) contradiction("the input is no table of features");
  return r.cast(x, DType::f32);
}

TensorId with_base(Reader& r, TensorId scores, int64_t targets) {
  const std::vector<float> base = r.reals("base_values");
  if (base.empty()) return scores;
  if (static_cast<int64_t>(base.size()) != targets) contradiction("there is not one base value a target");
  return r.add(scores, r.floats({static_cast<int32_t>(base.size())}, base));
}

TensorId transformed(Reader& r, TensorId scores) {
  const std::string how = r.text("post_transform", "NONE");
  if (how == "NONE") return scores;
  if (how == "LOGISTIC") return r.unary(Op::logistic, scores);
  if (how == "SOFTMAX") return softmax_last(r, scores);
  unsupported(fmt::format("scores are transformed by \"{}\"", printable(how, 40)));
}

// The label of the largest score, and the scores; for two classes with one score, both of its signs.
void finish_classifier(Reader& r, TensorId scores, const std::vector<int64_t>& labels, bool positive) {
  const int32_t rows = r.shape(scores)[0];
  const auto count = static_cast<int32_t>(labels.size());
  TensorId place;
  if (r.shape(scores)[1] == 1 && count == 2) {
    const std::string how = r.text("post_transform", "NONE");
    const TensorId limit = r.scalar(positive ? 0.5f : 0.0f);
    place = r.reshape(r.cast(r.comparison(Op::greater, scores, limit), DType::s32), {rows});
    if (how == "LOGISTIC") scores = r.unary(Op::logistic, scores);
    const TensorId other = how == "NONE" && !positive ? r.unary(Op::neg, scores) : r.sub(r.scalar(1), scores);
    if (how != "NONE" && how != "LOGISTIC") unsupported("one score for two classes is transformed");
    scores = r.concat({other, scores}, 1);
  } else {
    if (r.shape(scores)[1] != count) contradiction("there are not as many labels as classes");
    place = r.emit(Op::arg_max, {scores}, {DType::s32, {rows}}, {{"axis", int32_t{1}}});
    scores = transformed(r, scores);
  }
  bool counted = true;
  for (size_t i = 0; i < labels.size(); ++i) counted = counted && labels[i] == static_cast<int64_t>(i);
  if (!counted) place = r.gather(r.narrowed(r.integers(DType::s64, {count}, labels)), place, 0);
  r.set(0, r.cast(place, DType::s64));
  r.set(1, scores);
}

std::vector<int64_t> labels_of(const Reader& r, const char* integers, const char* texts) {
  if (r.has(texts) && !r.texts(texts).empty())
    unsupported("the labels are texts",
                "export the model with integer labels: zipmap and strings stay outside of firmware");
  return r.integers(integers);
}

void read_classifier(Reader& r) {
  const TensorId x = rows_of_features(r);
  const std::vector<int64_t> labels = labels_of(r, "classlabels_int64s", "classlabels_strings");
  Ensemble ensemble;
  ensemble.nodes = read_nodes(r);
  const std::vector<int64_t> trees = r.integers("class_treeids");
  const std::vector<int64_t> numbers = r.integers("class_nodeids");
  const std::vector<int64_t> classes = r.integers("class_ids");
  const std::vector<float> weights = r.reals("class_weights");
  bool positive = true;
  std::set<int64_t> named;
  for (size_t i = 0; i < trees.size(); ++i) {
    ensemble.values.push_back({trees[i], element(numbers, i, "class_nodeids"),
                               element(classes, i, "class_ids"), element(weights, i, "class_weights")});
    positive = positive && weights[i] >= 0;
    named.insert(classes[i]);
  }
  if (labels.size() == 2 && named.size() == 1) {
    for (LeafValue& value : ensemble.values) value.target = 0;
    ensemble.targets = 1;
  } else {
    ensemble.targets = static_cast<int64_t>(labels.size());
  }
  TensorId scores = ensemble_values(r, x, ensemble, "SUM");
  if (!r.reals("base_values").empty()) scores = with_base(r, scores, ensemble.targets);
  finish_classifier(r, scores, labels, positive);
}

void read_regressor(Reader& r) {
  const TensorId x = rows_of_features(r);
  Ensemble ensemble;
  ensemble.nodes = read_nodes(r);
  ensemble.targets = r.integer("n_targets", 1);
  if (ensemble.targets < 1 || ensemble.targets > 65536)
    contradiction("the number of targets is out of bounds");
  const std::vector<int64_t> trees = r.integers("target_treeids");
  const std::vector<int64_t> numbers = r.integers("target_nodeids");
  const std::vector<int64_t> targets = r.integers("target_ids");
  const std::vector<float> weights = r.reals("target_weights");
  for (size_t i = 0; i < trees.size(); ++i)
    ensemble.values.push_back({trees[i], element(numbers, i, "target_nodeids"),
                               element(targets, i, "target_ids"), element(weights, i, "target_weights")});
  const TensorId scores = ensemble_values(r, x, ensemble, r.text("aggregate_function", "SUM"));
  r.finish(transformed(r, with_base(r, scores, ensemble.targets)));
}

// x W^T + b with the weights as attributes.
TensorId linear_scores(Reader& r, TensorId x, int32_t targets) {
  const std::vector<float> weights = r.reals("coefficients");
  const std::vector<float> bias = r.reals("intercepts");
  const int32_t features = r.shape(x)[1];
  if (targets < 1 || weights.size() != static_cast<size_t>(targets) * static_cast<size_t>(features) ||
      (!bias.empty() && bias.size() != static_cast<size_t>(targets)))
    contradiction("the coefficients do not fit the features");
  return r.dense(x, r.floats({targets, features}, weights),
                 bias.empty() ? TensorId() : r.floats({targets}, bias));
}

void read_linear_classifier(Reader& r) {
  const TensorId x = rows_of_features(r);
  const std::vector<int64_t> labels = labels_of(r, "classlabels_ints", "classlabels_strings");
  const size_t bias = r.reals("intercepts").size();
  const auto targets = static_cast<int32_t>(bias > 0 ? bias : labels.size());
  finish_classifier(r, linear_scores(r, x, targets), labels, false);
}

void read_linear_regressor(Reader& r) {
  const TensorId x = rows_of_features(r);
  const auto targets = dimension_of(r.integer("targets", 1), "number of targets");
  r.finish(transformed(r, linear_scores(r, x, targets)));
}

void read_scaler(Reader& r) {
  const TensorId x = rows_of_features(r);
  const auto of = [&](const char* name) {
    const std::vector<float> values = r.reals(name);
    return r.floats({static_cast<int32_t>(values.size())}, values);
  };
  r.finish(r.mul(r.sub(x, of("offset")), of("scale")));
}

void read_normalizer(Reader& r) {
  const TensorId x = rows_of_features(r);
  const std::string norm = r.text("norm", "MAX");
  const TensorId size = r.unary(Op::abs, x);
  TensorId by = norm == "MAX"  ? r.reduce(Op::reduce_max, size, {1})
                : norm == "L1" ? r.reduce(Op::sum, size, {1})
                               : r.unary(Op::sqrt, r.reduce(Op::sum, r.unary(Op::square, x), {1}));
  if (norm != "MAX" && norm != "L1" && norm != "L2") contradiction("there is no such norm");
  by = r.select(r.comparison(Op::equal, by, r.scalar(0)), r.scalar(1), by);
  r.finish(r.div(x, by));
}

void read_binarizer(Reader& r) {
  const TensorId above = r.comparison(Op::greater, r.input(0), r.scalar(r.real("threshold", 0)));
  r.finish(r.cast(above, r.dtype(r.input(0))));
}

constexpr OperatorEntry entries[] = {
    {"ai.onnx.ml::Binarizer", read_binarizer},
    {"ai.onnx.ml::LinearClassifier", read_linear_classifier},
    {"ai.onnx.ml::LinearRegressor", read_linear_regressor},
    {"ai.onnx.ml::Normalizer", read_normalizer},
    {"ai.onnx.ml::Scaler", read_scaler},
    {"ai.onnx.ml::TreeEnsembleClassifier", read_classifier},
    {"ai.onnx.ml::TreeEnsembleRegressor", read_regressor},
};

}  // namespace

std::span<const OperatorEntry> tree_operators() {
  return entries;
}

}  // namespace burin::onnx
