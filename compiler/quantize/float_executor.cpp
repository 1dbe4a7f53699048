#include "quantize/float_executor.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>

#include "quantize/batch_steps.hpp"

namespace burin {

FloatExecutor::FloatExecutor(const Graph& graph) : graph_(graph) {
  for (const Node& node : graph.nodes) steps_.push_back(batch_step(graph, node));
}

void FloatExecutor::load(Batch& batch, const SampleValues& samples, size_t first) const {
  BURIN_CHECK(samples.types.size() == graph_.inputs.size(), "samples for each input");
  for (size_t i = 0; i < graph_.inputs.size(); ++i) {
    BURIN_CHECK(samples.types[i] == graph_.at(graph_.inputs[i]).type, "samples of the inputs' types");
    const auto bytes = static_cast<size_t>(samples.types[i].bytes());
    const std::span<std::byte> to = batch.bytes(graph_.inputs[i]);
    std::copy_n(samples.values[i].begin() + static_cast<ptrdiff_t>(first * bytes), to.size(), to.begin());
  }
}

void FloatExecutor::run(Batch& batch, size_t first, size_t last) const {
  for (size_t i = first; i < last; ++i) run_node(i, batch);
}

size_t FloatExecutor::batch_size() const {
  // State that one node writes and another reads wants every sample to go through all nodes before the next.
  if (has_state()) return 1;
  int64_t bytes = 1;
  for (const Tensor& tensor : graph_.tensors)
    if (!tensor.is_constant()) bytes += tensor.type.bytes();
  constexpr int64_t wanted = int64_t{8} << 20;
  return static_cast<size_t>(std::clamp<int64_t>(wanted / bytes, 1, 32));
}

bool FloatExecutor::has_state() const {
  return std::ranges::any_of(graph_.tensors, [](const Tensor& tensor) { return tensor.variable; });
}

void for_each_in_parallel(size_t count, const std::function<void(size_t)>& body) {
  const size_t threads = std::min<size_t>(count, std::max(1u, std::thread::hardware_concurrency()));
  if (threads <= 1) {
    for (size_t i = 0; i < count; ++i) body(i);
    return;
  }
  std::atomic<size_t> next = 0;
  std::mutex mutex;
  std::exception_ptr failure;
  const auto work = [&] {
    try {
      for (size_t i = next++; i < count; i = next++) body(i);
    } catch (...) {
      const std::lock_guard lock(mutex);
      if (!failure) failure = std::current_exception();
      next = count;
    }
  };
  std::vector<std::thread> others;
  for (size_t t = 1; t < threads; ++t) others.emplace_back(work);
  work();
  for (std::thread& other : others) other.join();
  if (failure) std::rethrow_exception(failure);
}

size_t number_of_batches(const FloatExecutor& executor, const SampleValues& samples) {
  return (samples.count() + executor.batch_size() - 1) / executor.batch_size();
}

void run_batches(const FloatExecutor& executor, const SampleValues& samples,
                 const std::function<void(Batch& batch, size_t number, size_t first)>& visit) {
  const size_t size = executor.batch_size();
  const size_t batches = number_of_batches(executor, samples);
  const auto batch_of = [&](size_t number) {
    Batch batch(executor.graph(), std::min(size, samples.count() - number * size));
    executor.load(batch, samples, number * size);
    return batch;
  };
  if (!executor.has_state()) {
    for_each_in_parallel(batches, [&](size_t number) {
      Batch batch = batch_of(number);
      executor.run(batch);
      visit(batch, number, number * size);
    });
    return;
  }
  std::optional<Batch> earlier;
  for (size_t number = 0; number < batches; ++number) {
    Batch batch = batch_of(number);
    if (earlier) batch.continue_from(*earlier);
    executor.run(batch);
    visit(batch, number, number * size);
    earlier = std::move(batch);
  }
}

}  // namespace burin
