#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "diag/diagnostic.hpp"
#include "proxy/config.hpp"
#include "proxy/gate.hpp"
#include "proxy/stage.hpp"

namespace wsrig::proxy {

/// Changes the payload of a whole message of one kind. What it cannot change it leaves as it is.
class MessageEdit {
 public:
  virtual ~MessageEdit() = default;
  virtual ws::Opcode opcode() const = 0;
  virtual void edit(ws::ByteBuffer& payload) const = 0;
};

/// Holds the messages that some edit is for until they are whole. Their fragments keep their sizes, as far as
/// what they hold then lasts; the last one takes the rest. What is longer than `most_held` passes unchanged.
class RewriteStage final : public FrameStage {
 public:
  using Edits = std::vector<std::shared_ptr<const MessageEdit>>;
  static constexpr std::size_t most_held = 1u << 20;

  RewriteStage(FrameSink& next, const StageContext& context, Edits edits)
      : FrameStage(next, context), edits_(std::move(edits)) {}
  void begin_frame(const ws::FrameHeader& header) override;
  void payload(ws::MutableBytes chunk) override;
  void end_frame() override;

 private:
  /// A message that is held so far.
  struct Held {
    ws::Opcode opcode;
    ws::ByteBuffer payload;
    std::vector<std::size_t> fragments;  ///< sizes of the frames that have ended
  };

  bool concerns(const ws::FrameHeader& header) const;
  void give_up();
  void pass_message();
  void pass_fragment(ws::Opcode opcode, ws::MutableBytes payload, bool fin);

  Edits edits_;
  std::optional<Held> message_;
  ws::FrameHeader current_;  ///< of the frame at hand
  bool is_held_ = false;     ///< it goes into message_
};

/// What the rules of a route come to.
struct Rewriting {
  PerDirection<std::vector<std::shared_ptr<const HeadEdit>>> head_edits;
  std::vector<std::shared_ptr<const StageMaker>> stages;  ///< these need mode inspect

  void add_to(Route& route) const;
};

/// Reads rules, one each:
///   set NAME "VALUE"          the handshake's field, added where it is missing, once where it is there
///   replace NAME "VALUE"      only where it is there
///   remove NAME
///   text /REGEX/ -> "TEXT"    in text messages; $1 and $+{name} in TEXT stand for groups
///   binary OCTETS -> OCTETS   in binary messages, each occurrence; written hex(00 ff) or "text"
///   binary at N OCTETS        in binary messages, from octet N on (the first is 0)
/// and `@upstream` (the request, and what the client sends) or `@downstream` (the 101, and what it receives)
/// behind it; without, both. Mistakes point at their column.
diag::Result<Rewriting> parse_rewriting(const std::vector<std::string>& rules);

}  // namespace wsrig::proxy
