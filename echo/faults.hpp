#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "echo/application.hpp"
#include "ws/endpoint.hpp"
#include "ws/frame.hpp"
#include "ws/rules.hpp"

/// The parts that deliberate faults are made of: each stands where the server has an exchangeable object.
namespace wsrig::echo {

/// Lets some rules be broken and holds the others.
class DeafJudge final : public ws::Judge {
 public:
  using Where = std::function<bool(const ws::FrameHeader&)>;

  /// Lets a rule be broken by the headers that `where` holds for. Rules about whole messages and about a
  /// Close look at no header: they are ignored as soon as any header might be.
  void ignore(ws::Rule rule, Where where) { ignored_.emplace_back(rule, std::move(where)); }
  /// Takes this code in a Close.
  void ignore_close_code(std::uint16_t code) { close_codes_.insert(code); }
  /// Fails a connection with this code, whatever was wrong.
  void fail_with(std::uint16_t code) { failure_code_ = code; }

  std::optional<ws::Violation> check(const ws::FrameHeader& header,
                                     const ws::ReceiverState& state) const override;
  std::optional<ws::Violation> check_close_payload(ws::Bytes payload, ws::Role sender) const override;
  std::optional<ws::Violation> check_message(ws::Rule suspected) const override;

 private:
  bool ignores(ws::Rule rule, const ws::FrameHeader& header) const;
  bool ignores(ws::Rule rule) const;
  ws::Violation failed(ws::Violation violation) const;

  std::vector<std::pair<ws::Rule, Where>> ignored_;
  std::set<std::uint16_t> close_codes_;
  std::optional<std::uint16_t> failure_code_;
};

/// Edits the frames that stand for one frame to be sent: at first it is that one. After an edit, the lengths
/// in the headers are the edit's affair.
using FrameEdit = std::function<void(std::vector<ws::Frame>&)>;

/// Frames leave as its edits, one after the other, make them.
class EditingShaper final : public ws::FrameShaper {
 public:
  void add(FrameEdit edit) { edits_.push_back(std::move(edit)); }
  void write(const ws::FrameHeader& header, ws::Bytes payload, ws::ByteBuffer& out) const override;

 private:
  std::vector<FrameEdit> edits_;
};

/// Edits a message on its way to the application; its payload may be changed in place.
using MessageEdit = std::function<void(ws::Message&)>;
using Act = std::function<void(Conversation&)>;

/// An application with faults in the course of its conversations; between them it does what another one does.
class FaultyApplication final : public Application {
 public:
  explicit FaultyApplication(std::unique_ptr<Application> inner) : inner_(std::move(inner)) {}

  void on_open(Conversation& conversation) const override;
  void on_message(Conversation& conversation, const ws::Message& message) const override;
  void on_close(Conversation& conversation, const ws::CloseReason& close) const override;
  void on_finished(Conversation& conversation) const override;
  void on_drained(Conversation& conversation) const override { inner_->on_drained(conversation); }

  std::vector<Act> at_open;
  /// A code: the message is answered by a Close with it, and not otherwise.
  std::vector<std::function<std::optional<std::uint16_t>(const ws::Message&)>> refusals;
  /// How often a message is answered: 0 for never.
  std::vector<std::function<unsigned(const ws::Message&)>> copies;
  std::vector<MessageEdit> message_edits;
  std::vector<Act> before_reply;
  std::vector<Act> behind_reply;
  std::vector<Act> at_close;
  /// In place of what the inner application does when all is said.
  Act at_end;

 private:
  std::optional<std::uint16_t> refusal_of(const ws::Message& message) const;
  void reply(Conversation& conversation, ws::Message message) const;

  std::unique_ptr<Application> inner_;
};

}  // namespace wsrig::echo
