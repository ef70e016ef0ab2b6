#pragma once

#include <bitset>
#include <functional>
#include <memory>
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
  void ignore(ws::Rule rule) { ignored_.set(static_cast<std::size_t>(rule)); }

  std::optional<ws::Violation> check(const ws::FrameHeader& header,
                                     const ws::ReceiverState& state) const override;
  std::optional<ws::Violation> check_close_payload(ws::Bytes payload, ws::Role sender) const override;
  std::optional<ws::Violation> check_message(ws::Rule suspected) const override;

 private:
  bool ignores(ws::Rule rule) const { return ignored_.test(static_cast<std::size_t>(rule)); }

  std::bitset<ws::rule_count> ignored_;
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
  std::vector<MessageEdit> message_edits;
  std::vector<Act> before_reply;
  std::vector<Act> at_close;
  /// In place of what the inner application does when all is said.
  Act at_end;

 private:
  std::unique_ptr<Application> inner_;
};

}  // namespace wsrig::echo
