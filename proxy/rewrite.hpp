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

/// Holds the messages that some edit is for until they are whole, and passes them on as one frame. What is
/// compressed, or longer than `most_held`, passes unchanged.
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
  bool concerns(const ws::FrameHeader& header) const;
  void give_up();
  void pass_message();

  Edits edits_;
  std::optional<ws::Frame> message_;  ///< held so far
  ws::FrameHeader current_;           ///< of the frame at hand
  std::uint64_t left_ = 0;            ///< octets of payload it still waits for
  bool is_held_ = false;              ///< the frame at hand goes into message_
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
/// behind it; without, both. Where messages are rewritten, no extension is offered to the upstream, because a
/// compressed message cannot be. Mistakes point at their column.
diag::Result<Rewriting> parse_rewriting(const std::vector<std::string>& rules);

}  // namespace wsrig::proxy
