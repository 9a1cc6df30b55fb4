#include "model/text_decoder.h"

#include <algorithm>
#include <string>

#include "base/error.h"
#include "model/device_arena.h"
#include "ops/alignment_path.h"
#include "ops/cached_attention.h"
#include "ops/embed.h"
#include "ops/layer_norm.h"
#include "ops/linear.h"
#include "ops/pick.h"

namespace fw {
namespace {

/** The part of a list that starts at first and has at most n entries. */
template <typename T>
std::span<const T> piece(std::span<const T> list, int64_t first, int64_t n) {
  return list.subspan(static_cast<size_t>(first),
                      std::min(list.size() - static_cast<size_t>(first), static_cast<size_t>(n)));
}

}  // namespace

TextDecoder::TextDecoder(const Model& model, Executor& executor, const NetworkLimits& limits)
    : model_(model),
      executor_(executor),
      max_rows_(std::max({limits.n_sequences, model.device().habits().pass_rows, model.shape().n_text_ctx})),
      logit_rows_(model.device().habits().logit_rows) {
  const ModelShape& shape = model.shape();
  const Device& device = model.device();
  const int64_t state = shape.n_text_state;
  self_cache_ = device.make_cache(
      {limits.n_sequences, shape.n_text_layer, shape.n_text_ctx, shape.n_text_head, shape.text_head_width()});
  cross_cache_ = device.make_cache({limits.n_windows, shape.n_text_layer, shape.n_audio_ctx, shape.n_text_head,
                                    shape.text_head_width(), limits.eight_bit_audio});
  DeviceArena arena;
  const NetworkHabits habits = device.habits();
  const DataType type = habits.activations;
  const int64_t n_encoded = std::min(limits.n_windows, habits.encoded_windows);
  // Rows that begin at 16 bytes, whatever the number of tokens.
  const int64_t n_logits = (shape.n_vocab + 7) / 8 * 8;
  arena.add(audio_key_value_, n_encoded * shape.n_audio_ctx, 2 * state, type);
  arena.add(x_, max_rows_, state);
  arena.add(normed_, max_rows_, state, type);
  arena.add(attended_, max_rows_, state, type);
  arena.add(wide_, max_rows_, 4 * state, type);
  arena.add(logits_, logit_rows_, n_logits);
  // Each sequence picks once a step, and each window once more in its prompt.
  arena.add(chosen_, 1, 2 * (int64_t{limits.n_sequences} + limits.n_windows), DataType::i32);
  arena.add(alignment_weights_, static_cast<int64_t>(model.alignment_heads().size()) * max_rows_, shape.n_audio_ctx);
  memory_ = arena.allocate(device);
  logits_ = logits_.cols_from(0, shape.n_vocab);
}

void TextDecoder::set_audio(std::span<const int32_t> windows, const Tensor& audio) {
  const int64_t state = model_.shape().n_text_state;
  audio_places_.clear();
  for (const int32_t window : windows) {
    for (int32_t place = 0; place < model_.shape().n_audio_ctx; ++place) {
      audio_places_.push_back({window, place});
    }
  }
  const Tensor key_value = audio_key_value_.rows_from(0, audio.rows);
  executor_.batch([&] {
    for (int32_t i = 0; i < model_.shape().n_text_layer; ++i) {
      const LinearLayer& layer = model_.weights().decoder[static_cast<size_t>(i)].cross_attention.key_value;
      ops::linear(executor_, {audio, layer.weight.get(), layer.bias, Activation::none, {}, key_value});
      ops::store(executor_, {cross_cache_.get(), i, key_value.cols_from(0, state), key_value.cols_from(state, state),
                             audio_places_});
    }
  });
}

void TextDecoder::run_blocks(std::span<const StepRow> rows, const QueryWatch& watch) {
  const ModelShape& shape = model_.shape();
  n_rows_ = static_cast<int64_t>(rows.size());
  tokens_.clear();
  positions_.clear();
  places_.clear();
  self_reach_.clear();
  cross_reach_.clear();
  for (const StepRow& row : rows) {
    tokens_.push_back(row.token < 0 ? -1 - chosen_before(-1 - row.token) : row.token);
    positions_.push_back(row.place);
    places_.push_back({row.sequence, row.place});
    self_reach_.push_back({row.sequence, row.place + 1});
    cross_reach_.push_back({row.window, shape.n_audio_ctx});
  }
  ops::embed(executor_, {model_.weights().token_embedding.get(), model_.weights().text_positions, tokens_, positions_,
                         x_.rows_from(0, n_rows_), chosen_});
  for (int32_t i = 0; i < shape.n_text_layer; ++i) {
    run_block(i, watch);
  }
}

void TextDecoder::run_block(int32_t index, const QueryWatch& watch) {
  const DecoderLayer& layer = model_.weights().decoder[static_cast<size_t>(index)];
  const SelfAttentionLayer& self = layer.attention;
  const CrossAttentionLayer& cross = layer.cross_attention;
  const MlpLayer& mlp = layer.mlp;
  const int64_t state = model_.shape().n_text_state;
  const Tensor x = x_.rows_from(0, n_rows_), normed = normed_.rows_from(0, n_rows_);
  const Tensor attended = attended_.rows_from(0, n_rows_), inner = wide_.rows_from(0, n_rows_);
  const Tensor qkv(wide_.data, wide_.type, n_rows_, 3 * state), query(wide_.data, wide_.type, n_rows_, state);

  ops::normed_linear(
      executor_, {x, self.norm.weight, self.norm.bias, normed},
      {normed, self.query_key_value.weight.get(), self.query_key_value.bias, Activation::none, {}, qkv, most_rows_});
  ops::store(executor_,
             {self_cache_.get(), index, qkv.cols_from(state, state), qkv.cols_from(2 * state, state), places_});
  ops::cached_attention(executor_, {qkv.cols_from(0, state), self_cache_.get(), index, self_reach_, attended});
  ops::linear(executor_, {attended, self.out.weight.get(), self.out.bias, Activation::none, x, x, most_rows_});

  ops::normed_linear(executor_, {x, cross.norm.weight, cross.norm.bias, normed},
                     {normed, cross.query.weight.get(), cross.query.bias, Activation::none, {}, query, most_rows_});
  if (watch) {
    watch(index, query);
  }
  ops::cached_attention(executor_, {query, cross_cache_.get(), index, cross_reach_, attended});
  ops::linear(executor_, {attended, cross.out.weight.get(), cross.out.bias, Activation::none, x, x, most_rows_});

  ops::normed_linear(executor_, {x, mlp.norm.weight, mlp.norm.bias, normed},
                     {normed, mlp.in.weight.get(), mlp.in.bias, Activation::gelu, {}, inner, most_rows_});
  ops::linear(executor_, {inner, mlp.out.weight.get(), mlp.out.bias, Activation::none, x, x, most_rows_});
}

Tensor TextDecoder::compute_logits(std::span<const int32_t> rows) {
  const NormLayer& norm = model_.weights().decoder_norm;
  const auto n = static_cast<int64_t>(rows.size());
  // Rows that follow one another are normed together.
  for (int64_t first = 0, end = 0; first < n; first = end) {
    const int32_t row = rows[static_cast<size_t>(first)];
    for (end = first + 1; end < n && rows[static_cast<size_t>(end)] == row + (end - first);) {
      ++end;
    }
    ops::layer_norm(executor_,
                    {x_.rows_from(row, end - first), norm.weight, norm.bias, normed_.rows_from(first, end - first)});
  }
  const Tensor logits = logits_.rows_from(0, n);
  ops::linear(
      executor_,
      {normed_.rows_from(0, n), model_.weights().token_embedding.get(), {}, Activation::none, {}, logits, most_rows_});
  return logits;
}

std::vector<TokenRule> TextDecoder::rules_of(std::span<const StepRow> rows, size_t first_pick) const {
  std::vector<TokenRule> rules;
  for (const StepRow& row : rows) {
    if (!row.pick) continue;
    rules.push_back(row.rule);
    if (row.token < 0) rules.back().follows = chosen_before(-1 - row.token);
    const auto pick = static_cast<int32_t>(first_pick + rules.size()) - 1;
    if (pick < max_picks()) rules.back().chosen_at = chosen_half_ * max_picks() + pick;
  }
  return rules;
}

void TextDecoder::start_step(std::span<const StepRow> rows) {
  const auto n_picks =
      static_cast<size_t>(std::count_if(rows.begin(), rows.end(), [](const StepRow& row) { return row.pick; }));
  for (const StepRow& row : rows) {
    if (row.token < -max_picks()) {
      throw Error(FW_STATUS_INTERNAL, "a row follows pick " + std::to_string(-1 - row.token) +
                                          "; expected one of the first " + std::to_string(max_picks()));
    }
  }
  chosen_half_ = 1 - chosen_half_;
  picks_.emplace_back(n_picks);
  std::vector<Pick>& picks = picks_.back();
  size_t first_pick = 0;
  try {
    for (int64_t first = 0; first < static_cast<int64_t>(rows.size()); first += max_rows_) {
      const std::span<const StepRow> part = piece(rows, first, max_rows_);
      const std::vector<TokenRule> rules = rules_of(part, first_pick);
      std::vector<int32_t> picked;
      for (size_t i = 0; i < part.size(); ++i) {
        if (part[i].pick) picked.push_back(static_cast<int32_t>(i));
      }
      const std::span<Pick> own = std::span(picks).subspan(first_pick, picked.size());
      const auto ops = [&] {
        run_blocks(part, {});
        for (int64_t i = 0; i < static_cast<int64_t>(picked.size()); i += logit_rows_) {
          const std::span<const int32_t> some = piece(std::span<const int32_t>(picked), i, logit_rows_);
          ops::pick(executor_, {compute_logits(some), &model_.weights().token_kinds,
                                piece(std::span<const TokenRule>(rules), i, logit_rows_),
                                own.subspan(static_cast<size_t>(i), some.size()), chosen_});
        }
      };
      const bool is_last = first + max_rows_ >= static_cast<int64_t>(rows.size());
      is_last ? executor_.start(ops) : executor_.batch(ops);
      first_pick += picked.size();
    }
  } catch (...) {
    picks_.pop_back();
    throw;
  }
}

std::vector<Pick> TextDecoder::finish_step() {
  if (picks_.empty()) throw Error(FW_STATUS_INTERNAL, "finish_step: expected a step that was started");
  // What the ops write to stays where it is when its owner is moved.
  std::vector<Pick> first = std::move(picks_.front());
  picks_.pop_front();
  executor_.finish();
  return first;
}

void TextDecoder::copy_sequence(int32_t from, int32_t to, int32_t n_places) {
  ops::copy_slot(executor_, *self_cache_, from, to, n_places);
}

void TextDecoder::Pass::finish() {
  for (const Forced& one : forced) {
    std::vector<float>& next = one.alignment->next_probability;
    std::copy_n(probabilities.begin() + one.first_row, next.size(), next.begin());
  }
}

void TextDecoder::start_align(std::span<const AlignRequest> requests) {
  Aligning aligning;
  aligning.alignments.resize(requests.size());
  Pass& pass = aligning.last;
  for (size_t i = 0; i < requests.size(); ++i) {
    const AlignRequest& request = requests[i];
    Alignment& alignment = aligning.alignments[i];
    const auto n_tokens = static_cast<int64_t>(request.tokens.size());
    if (n_tokens < 2 || n_tokens > model_.shape().n_text_ctx) {
      throw Error(FW_STATUS_INVALID_ARGUMENT, "alignment: expected 2 to " + std::to_string(model_.shape().n_text_ctx) +
                                                  " tokens, found " + std::to_string(n_tokens));
    }
    alignment.first_frames.resize(static_cast<size_t>(std::max(request.n_rows, 0)));
    alignment.next_probability.resize(request.tokens.size() - 1);
    if (pass.n_rows + n_tokens > max_rows_) {
      align_pass(pass, &Executor::batch);
      pass.finish();
      pass = {};
    }
    pass.forced.push_back({&request, &alignment, static_cast<int32_t>(pass.n_rows)});
    pass.n_rows += n_tokens;
  }
  // What the ops write to stays where it is when its owner is moved.
  aligning_.push_back(std::move(aligning));
  try {
    align_pass(aligning_.back().last, &Executor::start);
  } catch (...) {
    aligning_.pop_back();
    throw;
  }
}

std::vector<Alignment> TextDecoder::finish_align() {
  if (aligning_.empty()) throw Error(FW_STATUS_INTERNAL, "finish_align: expected alignments that were started");
  Aligning first = std::move(aligning_.front());
  aligning_.pop_front();
  if (first.last.n_rows != 0) executor_.finish();
  first.last.finish();
  return std::move(first.alignments);
}

void TextDecoder::align_pass(Pass& pass, void (Executor::*run)(const std::function<void()>&)) {
  if (pass.n_rows == 0) return;
  const std::span<const Forced> forced = pass.forced;
  const std::vector<AlignmentHead>& heads = model_.alignment_heads();
  const auto n_heads = static_cast<int32_t>(heads.size());
  std::vector<StepRow> rows;
  std::vector<int32_t> targets, all;
  for (const Forced& one : forced) {
    const std::span<const int32_t> tokens = one.request->tokens;
    for (size_t i = 0; i < tokens.size(); ++i) {
      rows.push_back({one.request->sequence, one.request->window, static_cast<int32_t>(i), tokens[i], false, {}});
      all.push_back(static_cast<int32_t>(all.size()));
      // The last token of all predicts nothing that was said.
      targets.push_back(i + 1 < tokens.size() ? tokens[i + 1] : model_.weights().token_kinds.end);
    }
  }
  pass.probabilities.resize(rows.size());
  // Of each sequence the tokens of one head behind those of the other.
  const auto weights_of = [&](const Forced& one) {
    const auto n_tokens = static_cast<int64_t>(one.request->tokens.size());
    return alignment_weights_.rows_from(int64_t{n_heads} * one.first_row, n_heads * n_tokens);
  };
  // What is aligned is many rows at once, and has products of its own for them.
  most_rows_ = max_rows_;
  (executor_.*run)([&] {
    run_blocks(rows, [&](int32_t layer, const Tensor& query) {
      for (int64_t h = 0; h < n_heads; ++h) {
        if (heads[static_cast<size_t>(h)].layer != layer) continue;
        for (const Forced& one : forced) {
          const auto n_tokens = static_cast<int64_t>(one.request->tokens.size());
          ops::attention_weights(executor_, {query.rows_from(one.first_row, n_tokens),
                                             cross_cache_.get(),
                                             layer,
                                             heads[static_cast<size_t>(h)].head,
                                             {one.request->window, model_.shape().n_audio_ctx},
                                             weights_of(one).rows_from(h * n_tokens, n_tokens)});
        }
      }
    });
    for (int64_t i = 0; i < static_cast<int64_t>(all.size()); i += logit_rows_) {
      const std::span<const int32_t> some = piece(std::span<const int32_t>(all), i, logit_rows_);
      ops::token_probability(executor_, {compute_logits(some), model_.weights().token_kinds.end,
                                         std::span(targets).subspan(static_cast<size_t>(i), some.size()),
                                         std::span(pass.probabilities).subspan(static_cast<size_t>(i), some.size())});
    }
    for (const Forced& one : forced) {
      const AlignRequest& request = *one.request;
      ops::alignment_path(
          executor_,
          {weights_of(one), n_heads, static_cast<int32_t>(request.tokens.size()), request.first_row, request.n_rows,
           std::min(request.n_frames, model_.shape().n_audio_ctx), one.alignment->first_frames});
    }
  });
  most_rows_ = 0;
}

std::vector<float> TextDecoder::logits(std::span<const StepRow> rows) {
  std::vector<float> all;
  for (const StepRow& row : rows) {
    run_blocks({&row, 1}, {});
    const int32_t first = 0;
    const Tensor logits = compute_logits({&first, 1});
    all.resize(all.size() + static_cast<size_t>(logits.cols));
    // One row, so that it lies without gaps.
    model_.device().download(all.data() + all.size() - logits.cols, logits.data,
                             static_cast<size_t>(logits.cols) * sizeof(float));
  }
  return all;
}

}  // namespace fw
