#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>

#include "loadgen/config.hpp"
#include "loadgen/envelope.hpp"
#include "loadgen/filler.hpp"
#include "loadgen/frame_writer.hpp"
#include "loadgen/ledger.hpp"
#include "loadgen/link.hpp"
#include "loadgen/mix.hpp"
#include "loadgen/sequence_window.hpp"
#include "loadgen/session.hpp"
#include "ws/deflate.hpp"
#include "ws/random.hpp"

namespace wsrig::loadgen {

class Client;

/// What happens to a client, for whoever decides what is sent.
class ClientEvents {
 public:
  virtual ~ClientEvents() = default;
  virtual void on_open(Client& client) = 0;
  /// A read is over, its replies are judged: this client and others may write now.
  virtual void on_read(Client& client) = 0;
  virtual void on_writable(Client& client) = 0;
  /// The connection is gone; open() makes a new one.
  virtual void on_end(Client& client, const LinkEnd& end) = 0;
};

/// What the clients of a run share; outlives them.
struct ClientShared {
  LinkShared& link;
  const Config& config;
  const Mix& mix;
  Filler& filler;
  ClientEvents& events;
  nanoseconds epoch;         ///< what a time of the steady clock lacks to the UNIX epoch
  bool is_receiver = false;  ///< messages are pushed by the server, not replies

  Meter& meter() const { return link.meter; }
};

/// One connection of the load, made anew as often as need be: makes messages, and judges what comes back.
class Client : private LinkEvents, private SessionPeer {
 public:
  /// `number` is unique in the whole run, over all shards.
  Client(ClientShared& shared, std::uint32_t number);
  ~Client() override;

  void open();
  /// Open, and its session is over: the load may use it.
  bool is_open() const { return link_ && link_->is_open() && !in_session_; }
  /// Neither open nor opening nor closing.
  bool is_idle() const { return !link_ && !in_session_; }
  std::uint32_t number() const { return number_; }

  /// Makes the next message of the mix and appends it; flush() sends it.
  void append(Clock::time_point intended, Clock::time_point now);
  /// A Ping that keeps the connection alive and times the way.
  void append_ping(std::size_t size, Clock::time_point intended, Clock::time_point now);
  void flush();
  /// Octets appended and not yet flushed.
  std::size_t appended() { return link_->out().size(); }
  /// When the read at hand was done.
  Clock::time_point read_time() const { return shared_.link.read_time; }
  /// The peer takes what it is sent, and what is on its way is not more than can be remembered.
  bool takes_more() const;
  /// The socket's buffer is not full.
  bool is_writable() const { return link_->pending() == 0; }
  std::uint32_t unanswered() const { return ledger_.unanswered() + pings_.unanswered(); }
  /// Messages since the connection was made.
  std::uint64_t sent_here() const { return sent_here_; }

  void finish(Ending ending);
  /// Counts what no reply has come for, with its age.
  void give_up(Clock::time_point now);

 private:
  bool is_spent() const;
  void retire_if_spent();
  void append_message(std::size_t index, Clock::time_point intended, Clock::time_point now);
  /// Gives `${…}` its value.
  ws::Scope scope() const;
  std::uint32_t write_own(const MixEntry& entry, std::uint16_t& replies);
  std::uint32_t write_enveloped(const MixEntry& entry, Clock::time_point intended);
  void write(const MixEntry& entry, ws::Opcode opcode, ws::Bytes payload);
  void write_compressed(const MixEntry& entry, ws::Opcode opcode, ws::Bytes payload);
  void write_frames(const MixEntry& entry, ws::FrameHeader& header, ws::Bytes payload);
  ws::Bytes make_enveloped(std::uint32_t sequence, std::size_t size, EnvelopeForm form,
                           Clock::time_point intended) const;
  void judge(const ws::Message& message);
  void judge_returned(ws::Bytes payload, EnvelopeForm form);
  void judge_enveloped(ws::Bytes payload, EnvelopeForm form);
  void judge_corrupted(const Envelope& envelope);
  Answer answer_ping(ws::Bytes payload);
  void account(const Answer& answer);
  void receive_pushed(const ws::Message& message);
  void note_pushed(const Envelope& envelope);

  const net::Url& url() const override { return shared_.config.target.url; }
  net::DialOptions dial_options() const override;
  void login_done() override;
  void send(const ws::FrameSpec& frame) override;
  std::optional<std::string> value_of(std::string_view name) const override;
  net::Loop& loop() override { return shared_.link.loop; }
  void session_done() override;
  void session_failed(const std::string& kind) override;

  ws::Deflater* deflater();
  void on_open() override;
  void on_message(const ws::Message& message) override;
  void on_pong(ws::Bytes payload) override;
  void on_read() override;
  void on_writable() override;
  void on_end(const LinkEnd& end) override;

  ClientShared& shared_;
  std::optional<Link> link_;
  Ledger ledger_;
  Ledger pings_;
  std::map<std::uint32_t, SequenceWindow> senders_;  ///< of messages that the server pushes
  std::unique_ptr<ws::Deflater> deflater_;
  ws::Random random_;
  std::uint64_t sent_here_ = 0;
  std::uint64_t sent_ = 0;
  std::unique_ptr<Session> session_;  ///< kept for what it has captured
  bool in_session_ = false;           ///< from its login until the load may begin
  std::uint32_t number_;
};

}  // namespace wsrig::loadgen
