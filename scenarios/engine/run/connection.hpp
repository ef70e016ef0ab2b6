#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "capture/recording.hpp"
#include "net/channel.hpp"
#include "net/dial.hpp"
#include "scenarios/engine/run/transcript.hpp"
#include "scenarios/engine/steps/observation.hpp"
#include "ws/endpoint.hpp"
#include "ws/frame_parser.hpp"
#include "ws/handshake.hpp"
#include "ws/notation.hpp"
#include "ws/random.hpp"

namespace wsrig::engine {

using ws::Random;

/// One connection between the tester and the subject (dialled by the tester, or by a proxy under test to the
/// tester's backend): sends what it is told, legal or not, and keeps what it sees, in order, until somebody
/// takes it. Never judges. What is kept is bounded: a subject that floods is held back by TCP until the inbox
/// is emptied.
class Connection : private net::ChannelHandler, private ws::EndpointEvents {
 public:
  enum class Phase : std::uint8_t {
    closed,  ///< not dialled, or the dial failed
    dialling,
    http,       ///< connected; what comes is read as HTTP heads
    websocket,  ///< behind a 101: what comes is read as frames
    raw,        ///< a stream of octets: a backend that is no WebSocket server
  };
  struct Options {
    net::Url url;
    net::DialOptions dial;
    std::string name;                             ///< in the transcript; empty for a case's only connection
    std::chrono::steady_clock::time_point epoch;  ///< when the case began
    ws::Role role = ws::Role::client;             ///< the tester's: server at a backend
    capture::Recording* recording = nullptr;      ///< of what passes; may be null
    bool is_raw = false;                          ///< no HTTP and no WebSocket
    bool answer_ping = true;                      ///< a live peer does (RFC 6455 §5.5.2)
    bool answer_close = true;                     ///< a live peer does (§5.5.1)
  };

  /// `changed` is called in a later turn of the loop than the change, at most once a turn.
  Connection(net::Loop& loop, Options options, Random random, Transcript& transcript,
             std::function<void()> changed);
  ~Connection() override;

  void open();
  /// In place of open(): the proxy has connected to the backend.
  void adopt(std::unique_ptr<net::Channel> channel);

  // Each is allowed in any phase; on a dead connection it does nothing but leave a remark.
  void send_frame(const ws::FrameSpec& spec);
  void send_bytes(std::string_view bytes, std::size_t cut, std::string_view shown);
  /// A request head: what answers it is judged by it. At a backend a response head; with 101 frames follow.
  void send_http(std::string_view bytes, std::size_t cut);
  void shutdown();
  void reset();
  /// Reads no more until resume(): TCP's flow control holds the sender back.
  void hold();
  void resume();

  /// The oldest observation that nobody has taken; nothing when the inbox is empty.
  std::optional<Observation> take();
  bool has_observation() const { return !inbox_.empty(); }
  /// The frame that broke a rule, in notation: the first Close where its payload did; else the oldest frame
  /// that nobody has taken, for a violation in a header is told before the frame. Empty where that has not
  /// come to its end, and for rules about messages, whose violation is told on either side of a frame.
  std::string culprit(ws::Rule rule) const;

  Phase phase() const { return phase_; }
  bool is_open() const { return channel_ != nullptr && !ended_; }
  bool close_sent() const { return close_sent_; }
  /// Of the last Close that was sent; nothing without one, or without a code.
  std::optional<std::uint16_t> sent_close_code() const { return sent_close_code_; }
  bool close_received() const { return close_received_; }
  const std::optional<net::DialError>& dial_error() const { return dial_error_; }
  const ws::Agreement& agreement() const { return agreement_; }
  /// The handshake request that was sent, or at a backend received.
  const ws::ClientRequest& request() const { return request_; }
  /// A plain, legal answer to the request that was received.
  std::string response() const;
  /// The payload of the last whole data message that was sent, before compression.
  const std::string& last_sent() const { return last_sent_; }
  const std::string& name() const { return options_.name; }
  Random& random() { return random_; }

 private:
  void on_data(ws::MutableBytes data) override;
  void on_eof() override;
  void on_error(net::error_code error) override;
  bool wants_rest() const override { return held_; }

  void on_frame(const ws::FrameHeader& header, ws::Bytes payload) override;
  void on_message(const ws::Message& message) override;
  void on_violation(const ws::Violation& violation) override;

  void on_dialled(boost::system::result<std::unique_ptr<net::Channel>, net::DialError> result);
  std::size_t read_head(ws::Bytes data);
  void on_response(ws::HttpHead head);
  void on_head(ws::HttpHead head);
  void on_request(ws::HttpHead head);
  void upgrade(const ws::ResponseVerdict& verdict);
  void read_early_frames();
  void finish_close();
  void end(SawEnd how);
  void answer(ws::Opcode opcode, ws::Bytes payload);
  void answer_ping();
  void observe(Observation observation);
  void note(const Observation& observation);
  void notify();
  void remember_sent(const ws::FrameSpec& frame);
  void write(std::string_view bytes, std::size_t cut);
  std::chrono::microseconds elapsed() const;

  net::Loop& loop_;
  Options options_;
  Random random_;
  Transcript& transcript_;
  std::function<void()> changed_;
  std::shared_ptr<bool> notified_;  ///< a call of changed_ is posted; also tells it whether we still live

  std::unique_ptr<net::Dial> dial_;
  std::optional<net::DialError> dial_error_;
  std::unique_ptr<net::Channel> channel_;
  Phase phase_ = Phase::closed;

  ws::HeadReader head_reader_;
  std::string sent_head_;
  ws::ClientRequest request_;
  ws::RequestVerdict received_request_;  ///< at a backend
  ws::Agreement agreement_;
  bool answered_ = false;  ///< a response was read for what was sent as HTTP; what follows is its body

  ws::EndpointConfig endpoint_config_;
  std::optional<ws::Endpoint> endpoint_;
  std::optional<ws::Deflater> deflater_;
  std::string sending_, last_sent_;
  ws::FrameParser sent_;  ///< follows what is sent behind the handshake: does it stop within a frame?
  std::optional<std::vector<std::uint8_t>> owed_pong_;  ///< payload of the newest Ping that has no answer yet

  std::deque<Observation> inbox_;
  std::size_t inbox_weight_ = 0;
  bool ended_ = false;
  bool half_closed_ = false;  ///< the peer's FIN has come: it may still be sent to
  bool held_ = false;
  bool close_sent_ = false;
  std::optional<std::uint16_t> sent_close_code_;
  bool close_received_ = false;
  std::string received_close_;  ///< the first one, in notation
};

}  // namespace wsrig::engine
