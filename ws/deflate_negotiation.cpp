#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "ws/deflate.hpp"
#include "ws/handshake.hpp"

namespace wsrig::ws {
namespace {

/// RFC 7692 §7.1.2.1, §7.1.2.2: 8 to 15, decimal, no leading zero.
std::optional<std::uint8_t> parse_window_bits(std::string_view text) {
  if (text == "8") return std::uint8_t{8};
  if (text == "9") return std::uint8_t{9};
  if (text.size() == 2 && text[0] == '1' && text[1] >= '0' && text[1] <= '5') {
    return static_cast<std::uint8_t>(10 + (text[1] - '0'));
  }
  return std::nullopt;
}

/// An element's parameters, read by RFC 7692 §7.1 alone: what an offer and a response have in common.
struct Parameters {
  bool server_no_context_takeover = false;
  bool client_no_context_takeover = false;
  bool client_max_window_bits = false;
  std::optional<std::uint8_t> server_bits;
  std::optional<std::uint8_t> client_bits;
};

bool take_flag(bool& flag, const ExtensionOffer::Parameter& parameter) {
  return !std::exchange(flag, true) && !parameter.value;
}

bool take_bits(std::optional<std::uint8_t>& bits, const ExtensionOffer::Parameter& parameter) {
  if (bits || !parameter.value) return false;
  bits = parse_window_bits(*parameter.value);
  return bits.has_value();
}

/// False for an unknown, repeated or invalid parameter.
bool take_parameter(Parameters& into, const ExtensionOffer::Parameter& parameter) {
  if (parameter.name == "server_no_context_takeover")
    return take_flag(into.server_no_context_takeover, parameter);
  if (parameter.name == "client_no_context_takeover")
    return take_flag(into.client_no_context_takeover, parameter);
  if (parameter.name == "server_max_window_bits") return take_bits(into.server_bits, parameter);
  if (parameter.name != "client_max_window_bits" || into.client_max_window_bits) return false;
  into.client_max_window_bits = true;
  return !parameter.value || take_bits(into.client_bits, parameter);
}

std::optional<Parameters> read_parameters(const ExtensionOffer& element, DeflateMistake* mistake = nullptr) {
  Parameters parameters;
  for (const ExtensionOffer::Parameter& parameter : element.parameters) {
    if (take_parameter(parameters, parameter)) continue;
    if (mistake != nullptr)
      *mistake = {"RFC 7692 §7", "unknown, repeated or invalid parameter " + parameter.name};
    return std::nullopt;
  }
  return parameters;
}

DeflateParams agree(const Parameters& offered, const DeflatePolicy& policy) {
  DeflateParams params;
  params.server_no_context_takeover = offered.server_no_context_takeover || policy.server_no_context_takeover;
  params.client_no_context_takeover = offered.client_no_context_takeover || policy.client_no_context_takeover;
  params.server_max_window_bits = std::min(policy.server_max_window_bits, offered.server_bits.value_or(15));
  // §7.1.2.2: a client that did not offer the parameter cannot be asked to use a smaller window.
  if (offered.client_max_window_bits) {
    params.client_max_window_bits = std::min(policy.client_max_window_bits, offered.client_bits.value_or(15));
  }
  return params;
}

std::string print_response(const DeflateParams& params, const Parameters& offered) {
  std::string text(deflate_extension);
  if (params.server_no_context_takeover) text += "; server_no_context_takeover";
  if (params.client_no_context_takeover) text += "; client_no_context_takeover";
  // §7.1.2.1: accepting an offer that names it means naming it, even with 15.
  if (offered.server_bits || params.server_max_window_bits < 15) {
    text += "; server_max_window_bits=" + std::to_string(params.server_max_window_bits);
  }
  if (params.client_max_window_bits < 15) {
    text += "; client_max_window_bits=" + std::to_string(params.client_max_window_bits);
  }
  return text;
}

/// Why a client must refuse this answer to that offer (RFC 7692 §7.1); nothing: it need not.
std::optional<DeflateMistake> refuse(const Parameters& response, const Parameters& offered) {
  if (offered.server_no_context_takeover && !response.server_no_context_takeover) {
    return DeflateMistake{"RFC 7692 §7.1.1.1", "server_no_context_takeover was asked for and is missing"};
  }
  if (offered.server_bits && !response.server_bits) {
    return DeflateMistake{"RFC 7692 §7.1.2.1", "server_max_window_bits was asked for and is missing"};
  }
  if (offered.server_bits && *response.server_bits > *offered.server_bits) {
    return DeflateMistake{"RFC 7692 §7.1.2.1", "server_max_window_bits is larger than asked for"};
  }
  if (response.client_max_window_bits && !offered.client_max_window_bits) {
    return DeflateMistake{"RFC 7692 §7.1.2.2", "client_max_window_bits was not offered"};
  }
  if (response.client_max_window_bits && !response.client_bits) {
    return DeflateMistake{"RFC 7692 §7.1.2.2", "client_max_window_bits needs a value in a response"};
  }
  return std::nullopt;
}

}  // namespace

std::optional<DeflateChoice> choose_deflate(const std::vector<ExtensionOffer>& offers,
                                            const DeflatePolicy& policy) {
  for (const ExtensionOffer& offer : offers) {
    if (offer.name != deflate_extension) continue;
    const std::optional<Parameters> offered = read_parameters(offer);
    if (!offered) continue;
    const DeflateParams params = agree(*offered, policy);
    return DeflateChoice{params, print_response(params, *offered)};
  }
  return std::nullopt;
}

std::optional<DeflateParams> accept_deflate(const ExtensionOffer& response, const ExtensionOffer& offered,
                                            DeflateMistake& mistake) {
  const std::optional<Parameters> answer = read_parameters(response, &mistake);
  const std::optional<Parameters> offer = read_parameters(offered, &mistake);
  if (!answer || !offer) return std::nullopt;
  if (auto refused = refuse(*answer, *offer)) {
    mistake = std::move(*refused);
    return std::nullopt;
  }
  DeflateParams params;
  params.server_no_context_takeover = answer->server_no_context_takeover;
  // §7.1.1.2, §7.1.2.2: what the client offered for itself is a hint that it keeps whatever the answer says.
  params.client_no_context_takeover = answer->client_no_context_takeover || offer->client_no_context_takeover;
  params.server_max_window_bits = answer->server_bits.value_or(15);
  params.client_max_window_bits = std::min(answer->client_bits.value_or(15), offer->client_bits.value_or(15));
  return params;
}

}  // namespace wsrig::ws
