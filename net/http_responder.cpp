#include "net/http_responder.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>
#include <variant>

#include "ws/notation.hpp"

namespace wsrig::net {

namespace {

constexpr std::size_t most_sessions = 32;
constexpr std::size_t most_body = std::size_t{64} * 1024;
constexpr std::chrono::seconds session_time{10};

/// How many octets of body follow, or the answer to a request that does not say it.
std::variant<std::size_t, ws::ResponseHead> body_size(const ws::HttpHead& request) {
  if (request.count("transfer-encoding") != 0) return ws::build_refusal(411, "Content-Length is needed\n");
  const auto lengths = request.all("content-length");
  if (lengths.empty()) return std::size_t{0};
  const auto size = ws::parse_number(lengths.front());
  if (!size || lengths.size() != 1) return ws::build_refusal(400, "one Content-Length, please\n");
  if (*size > most_body) return ws::build_refusal(413, "too long\n");
  return static_cast<std::size_t>(*size);
}

}  // namespace

/// One connection: a request is read, answered, and that is it.
class HttpResponder::Session final : private ChannelHandler {
 public:
  Session(HttpResponder& server, std::unique_ptr<Channel> channel)
      : server_(server), channel_(std::move(channel)), deadline_(server.loop_) {
    deadline_.start(session_time, [this] { server_.remove(*this); });
    channel_->start(*this);
  }

 private:
  void on_data(ws::MutableBytes data) override {
    if (answered_) return;
    if (request_) return read_body(data);
    std::size_t taken = 0;
    const auto status = reader_.feed(data, taken);
    if (status == ws::HeadReader::Status::need_more) return;
    if (status != ws::HeadReader::Status::complete) return answer(ws::build_refusal(431, "too long\n"));
    request_ = reader_.take();
    if (request_->status() != 0 || request_->method().empty())
      return answer(ws::build_refusal(400, "no request\n"));
    const auto size = body_size(*request_);
    if (const auto* refusal = std::get_if<ws::ResponseHead>(&size)) return answer(*refusal);
    wanted_ = std::get<std::size_t>(size);
    read_body(data.subspan(taken));
  }
  void on_eof() override { server_.remove(*this); }
  void on_error(error_code) override { server_.remove(*this); }

  void read_body(ws::Bytes data) {
    body_.append(ws::as_text(data.first(std::min(data.size(), wanted_ - body_.size()))));
    if (body_.size() == wanted_) answer(server_.answer_(*request_, body_));
  }

  void answer(const ws::ResponseHead& head) {
    answered_ = true;
    channel_->send(ws::as_bytes(head.print()));
    channel_->shutdown();
  }

  HttpResponder& server_;
  std::unique_ptr<Channel> channel_;
  Timer deadline_;
  ws::HeadReader reader_;
  std::optional<ws::HttpHead> request_;
  std::string body_;
  std::size_t wanted_ = 0;
  bool answered_ = false;
};

boost::system::result<std::unique_ptr<HttpResponder>, std::string> HttpResponder::open(Loop& loop,
                                                                                       const Url& url,
                                                                                       Answer answer) {
  std::unique_ptr<HttpResponder> server(new HttpResponder(loop, std::move(answer)));
  auto listener = Listener::open(loop, url, {}, [raw = server.get()](std::unique_ptr<Channel> channel) {
    raw->accepted(std::move(channel));
  });
  if (!listener) return {boost::system::in_place_error, listener.error()};
  server->listener_ = std::move(*listener);
  return server;
}

HttpResponder::HttpResponder(Loop& loop, Answer answer) : loop_(loop), answer_(std::move(answer)) {}
HttpResponder::~HttpResponder() = default;

// One too many is closed at once.
void HttpResponder::accepted(std::unique_ptr<Channel> channel) {
  if (sessions_.size() >= most_sessions) return;
  sessions_.push_back(std::make_unique<Session>(*this, std::move(channel)));
}

void HttpResponder::remove(const Session& session) {
  std::erase_if(sessions_, [&](const auto& entry) { return entry.get() == &session; });
}

}  // namespace wsrig::net
