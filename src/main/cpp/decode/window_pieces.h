#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "decode/transcript.h"
#include "decode/window_decoder.h"
#include "decode/window_request.h"
#include "model/network.h"
#include "model/vocabulary.h"

namespace fw {

/**
 * A window on its way: the piece of it that is decoded now, the pieces that follow, and what has come out. A window is
 * one piece unless a division parts it (see place_division); then the text before it is kept and the rest is encoded
 * and decoded as a window of its own. A beginning that is cut off is decoded alone, and has no text where the gates
 * refuse that too. After four divisions, what is left is decoded again at the other temperatures instead.
 *
 * Depends on the request and the network alone. Used by the lane's thread.
 */
class WindowPieces {
 public:
  explicit WindowPieces(WindowRequest&& window);

  int64_t tag() const { return tag_; }
  /** What is to be encoded and decoded now; stays in its place until next() is called. */
  const WindowRequest& piece() const { return piece_.request; }
  /** Whether a decoder of this piece may ask for a division. */
  bool may_divide() const;

  /** Takes what a decoder that is done has made of the piece. */
  void take(const WindowDecoder& decoder, const Vocabulary& vocabulary);
  /** What is to be aligned of that, while the network still holds its window; nothing where there is no text. */
  std::optional<AlignRequest> alignment(int32_t window, int32_t sequence) const;
  /** Writes down what was taken, with the alignment where one was asked for, else null. */
  void finish(const SpecialTokens& special, const Alignment* alignment);
  /** Whether no piece follows. */
  bool is_last() const { return following_.empty(); }
  /** Goes on to the next piece; false where that was the last. The piece's decoder must be gone. */
  bool next();
  /** The whole window's, valid once next() is false. */
  WindowResult&& result() { return std::move(result_); }

 private:
  struct Piece {
    WindowRequest request;
    /** In the samples of the window. */
    int64_t first_sample = 0;
    bool is_head = false;
  };

  Piece part(int64_t from, int64_t to, const DecodedText& text) const;
  void append(const SpecialTokens& special, WindowResult&& part);

  int64_t tag_;
  Piece piece_;
  /** The next one last. */
  std::vector<Piece> following_;
  /** Text that is taken and not yet finished, and the piece that it is of where that is only a part of piece_. */
  std::optional<TranscriptDraft> draft_;
  WindowRequest before_division_;
  int32_t n_divisions_ = 0;
  WindowResult result_;
  bool any_result_ = false;
};

}  // namespace fw
