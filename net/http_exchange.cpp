#include "net/http_exchange.hpp"

#include <string_view>
#include <utility>

namespace wsrig::net {

namespace {

constexpr std::size_t most_body = std::size_t{1} << 20;
constexpr std::string_view head_end = "\r\n\r\n";

boost::system::result<HttpAnswer, std::string> failure(std::string why) {
  return {boost::system::in_place_error, std::move(why)};
}

}  // namespace

std::string complete_request(std::string request, const Url& url) {
  const std::size_t end = request.find(head_end);
  if (end == std::string::npos) return request;
  const std::size_t body = request.size() - end - head_end.size();
  const ws::HttpHead head(request.substr(0, end + head_end.size()));
  std::string missing;
  if (head.count("Host") == 0) missing += "\r\nHost: " + url.authority();
  if (head.count("Connection") == 0) missing += "\r\nConnection: close";
  const bool is_framed = head.count("Content-Length") + head.count("Transfer-Encoding") > 0;
  if (body > 0 && !is_framed) missing += "\r\nContent-Length: " + std::to_string(body);
  return request.insert(end, missing);
}

HttpExchange::HttpExchange(Loop& loop, const Url& url, const DialOptions& options, std::string request,
                           Done done)
    : request_(std::move(request)),
      method_(ws::HttpHead(request_).method()),
      done_(std::move(done)),
      dial_(std::make_unique<Dial>(loop, url, options,
                                   [this](auto result) { on_dialled(std::move(result)); })) {}

void HttpExchange::on_dialled(boost::system::result<std::unique_ptr<Channel>, DialError> result) {
  if (!result) {
    const DialError& error = result.error();
    return finish(failure(std::string(name(error.step)) + ": " + error.error.message()));
  }
  channel_ = std::move(*result);
  channel_->start(*this);
  channel_->send(ws::as_bytes(request_));
}

/// Takes the final answer's head off the data. Returns what is wrong.
std::string HttpExchange::read_head(ws::Bytes& data) {
  while (!answer_ && !data.empty()) {
    std::size_t taken = 0;
    const auto status = head_reader_.feed(data, taken);
    data = data.subspan(taken);
    if (status == ws::HeadReader::Status::need_more) return {};
    if (status != ws::HeadReader::Status::complete) return "the answer's head is too large";
    ws::HttpHead head = head_reader_.take();
    if (head.status() == 0) return "the answer is not HTTP";
    if (head.is_interim()) continue;
    const auto body = ws::BodyReader::of_response(head, method_);
    if (!body) return "the answer's body has no clear end";
    body_reader_ = *body;
    answer_.emplace(HttpAnswer{.head = std::move(head)});
  }
  return {};
}

void HttpExchange::on_data(ws::MutableBytes data) {
  ws::Bytes rest = data;
  if (auto wrong = read_head(rest); !wrong.empty()) return finish(failure(std::move(wrong)));
  if (!answer_) return;
  body_reader_.feed(rest, &answer_->body);
  if (answer_->body.size() > most_body) return finish(failure("the answer's body is too large"));
  if (body_reader_.is_broken()) return finish(failure("the answer's chunks are broken"));
  if (body_reader_.is_complete()) finish(std::move(*answer_));
}

void HttpExchange::on_eof() {
  const bool is_whole = answer_ && body_reader_.ends_with_connection();
  is_whole ? finish(std::move(*answer_)) : finish(failure("the connection ended before the answer did"));
}

void HttpExchange::on_error(error_code error) { finish(failure(error.message())); }

/// Who is told may destroy the exchange.
void HttpExchange::finish(Outcome outcome) {
  channel_.reset();
  const Done call = std::exchange(done_, nullptr);
  call(std::move(outcome));
}

}  // namespace wsrig::net
