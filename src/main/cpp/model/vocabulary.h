#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "model/special_tokens.h"

namespace fw {

/**
 * Text and tokens: the byte pairs of a model file and the special tokens of its layout. Immutable, for any thread.
 *
 * A model file holds no merges, and needs none: in the vocabularies of GPT-2 and Whisper a byte pair's id is its
 * merge's rank, so a text is encoded by merging the neighbours whose joined bytes have the lowest id.
 */
class Vocabulary {
 public:
  /**
   * text_tokens[i] is the bytes of token i; entries from end-of-text on are ignored, missing ones are empty.
   * Throws FW_STATUS_MODEL_FILE for an n_vocab that SpecialTokens does not know.
   */
  Vocabulary(int32_t n_vocab, std::vector<std::string> text_tokens);
  Vocabulary(const Vocabulary&) = delete;
  Vocabulary& operator=(const Vocabulary&) = delete;
  Vocabulary(Vocabulary&&) = default;
  Vocabulary& operator=(Vocabulary&&) = default;

  const SpecialTokens& special() const { return special_; }

  /** Bytes of a text token, not always whole UTF-8 characters; "" for special tokens and ids out of range. */
  std::string_view bytes(int32_t token) const;

  /** The joined bytes of the text tokens among these, made valid UTF-8 (what is not becomes U+FFFD). */
  std::string decode(std::span<const int32_t> tokens) const;

  /** Tokens of a UTF-8 text, none of them special. Bytes that the vocabulary does not have are left out. */
  std::vector<int32_t> encode(std::string_view text) const;

  /** Token of one blank " "; nothing where the vocabulary has none. */
  std::optional<int32_t> blank() const;

  /**
   * Tokens that a transcript never holds, rising: marks that stand for sounds, speakers and music (openai/whisper,
   * tokenizer.py non_speech_tokens), and all special tokens below no_timestamps but end-of-text.
   */
  const std::vector<int32_t>& suppressed() const { return suppressed_; }

 private:
  void merge_piece(std::string_view piece, std::vector<int32_t>& tokens) const;
  std::optional<int32_t> find(std::string_view bytes) const;
  std::vector<int32_t> list_suppressed() const;

  SpecialTokens special_;
  std::vector<std::string> text_tokens_;
  /** Bytes to id; the views are into text_tokens_. Of equal entries the lowest id counts. */
  std::unordered_map<std::string_view, int32_t> ids_;
  std::vector<int32_t> suppressed_;
};

}  // namespace fw
