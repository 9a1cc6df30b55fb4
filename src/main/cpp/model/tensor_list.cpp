#include "model/tensor_list.h"

namespace fw {
namespace {

/** Collects the tensors of one side of the network under one prefix after the other. */
class Lister {
 public:
  explicit Lister(std::vector<ListedTensor>& tensors) : tensors_(tensors) {}

  void prefix(const std::string& prefix) { prefix_ = prefix; }

  void add(const std::string& name, std::vector<int64_t> sizes, bool matrix = false) {
    tensors_.push_back({prefix_ + name, std::move(sizes), matrix});
  }

  void linear(const std::string& name, int64_t n_out, int64_t n_in, bool bias = true) {
    add(name + ".weight", {n_out, n_in}, true);
    if (bias) add(name + ".bias", {n_out});
  }

  void norm(const std::string& name, int64_t width) {
    add(name + ".weight", {width});
    add(name + ".bias", {width});
  }

  void attention(const std::string& name, int64_t width) {
    linear(name + ".query", width, width);
    linear(name + ".key", width, width, false);
    linear(name + ".value", width, width);
    linear(name + ".out", width, width);
    norm(name + "_ln", width);
  }

  void multilayer_perceptron(int64_t width) {
    linear("mlp.0", 4 * width, width);
    linear("mlp.2", width, 4 * width);
    norm("mlp_ln", width);
  }

 private:
  std::vector<ListedTensor>& tensors_;
  std::string prefix_;
};

}  // namespace

std::vector<ListedTensor> list_tensors(const ModelShape& shape) {
  std::vector<ListedTensor> tensors;
  Lister list(tensors);
  const int64_t audio = shape.n_audio_state;
  list.prefix("encoder.");
  list.add("positional_embedding", {shape.n_audio_ctx, audio});
  list.add("conv1.weight", {audio, shape.n_mels, 3});
  list.add("conv1.bias", {audio});
  list.add("conv2.weight", {audio, audio, 3});
  list.add("conv2.bias", {audio});
  for (int32_t layer = 0; layer != shape.n_audio_layer; ++layer) {
    list.prefix("encoder.blocks." + std::to_string(layer) + ".");
    list.attention("attn", audio);
    list.multilayer_perceptron(audio);
  }
  list.prefix("encoder.");
  list.norm("ln_post", audio);

  const int64_t text = shape.n_text_state;
  list.prefix("decoder.");
  list.add("positional_embedding", {shape.n_text_ctx, text});
  list.add("token_embedding.weight", {shape.n_vocab, text}, true);
  for (int32_t layer = 0; layer != shape.n_text_layer; ++layer) {
    list.prefix("decoder.blocks." + std::to_string(layer) + ".");
    list.attention("attn", text);
    list.attention("cross_attn", text);
    list.multilayer_perceptron(text);
  }
  list.prefix("decoder.");
  list.norm("ln", text);
  return tensors;
}

}  // namespace fw
