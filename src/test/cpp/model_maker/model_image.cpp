#include "model_maker/model_image.h"

#include <algorithm>
#include <deque>
#include <fstream>
#include <future>
#include <span>
#include <stdexcept>
#include <thread>

namespace fw {
namespace {

/** Hands each field of a file, in order, to a function of its bytes. */
template <typename Sink>
void emit(const ModelImage& image, const Sink& sink) {
  // The values of a large model are billions: made by all processors, some tensors ahead of where they are needed.
  std::deque<std::future<std::vector<std::byte>>> ahead;
  size_t n_begun = 0;
  const auto next_values = [&] {
    while (n_begun < image.tensors.size() && ahead.size() < std::max(std::thread::hardware_concurrency(), 1u)) {
      ahead.push_back(std::async(std::launch::async, image.tensors[n_begun++].values));
    }
    std::vector<std::byte> values = ahead.front().get();
    ahead.pop_front();
    return values;
  };
  const auto number = [&](const auto& value) { sink(std::as_bytes(std::span(&value, 1))); };
  const auto text = [&](const std::string& value) { sink(std::as_bytes(std::span(value))); };
  number(image.magic);
  for (const int32_t value : image.head) number(value);
  number(image.n_mels);
  number(image.n_bins);
  sink(std::as_bytes(std::span(image.mel_filters)));
  number(image.n_tokens);
  for (const std::string& token : image.tokens) {
    number(static_cast<int32_t>(token.size()));
    text(token);
  }
  for (const TensorImage& tensor : image.tensors) {
    number(tensor.n_dims);
    number(tensor.n_name);
    number(tensor.ttype);
    for (const int32_t dim : tensor.dims) number(dim);
    text(tensor.name);
    const std::vector<std::byte> values = next_values();
    sink(std::span(values));
  }
}

}  // namespace

TensorImage& ModelImage::tensor(const std::string& name) {
  const auto found =
      std::find_if(tensors.begin(), tensors.end(), [&](const TensorImage& tensor) { return tensor.name == name; });
  if (found == tensors.end()) throw std::runtime_error("the model image has no tensor " + name);
  return *found;
}

std::vector<std::byte> ModelImage::bytes() const {
  std::vector<std::byte> all;
  emit(*this, [&](std::span<const std::byte> field) {
    all.resize(all.size() + field.size());
    std::copy(field.begin(), field.end(), all.end() - static_cast<std::ptrdiff_t>(field.size()));
  });
  return all;
}

std::vector<size_t> ModelImage::borders() const {
  std::vector<size_t> places{0};
  emit(*this, [&](std::span<const std::byte> field) {
    if (!field.empty()) places.push_back(places.back() + field.size());
  });
  return places;
}

void ModelImage::write(const std::string& path) const {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  emit(*this, [&](std::span<const std::byte> field) {
    file.write(reinterpret_cast<const char*>(field.data()), static_cast<std::streamsize>(field.size()));
  });
  file.close();
  if (!file) throw std::runtime_error("cannot write the model file " + path);
}

}  // namespace fw
