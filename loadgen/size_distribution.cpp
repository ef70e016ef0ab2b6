#include "loadgen/size_distribution.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <map>
#include <numbers>
#include <optional>

#include "loadgen/text_scan.hpp"
#include "ws/notation.hpp"
#include "ws/number.hpp"

namespace wsrig::loadgen {
namespace {

/// z with P(X < z) = 0.99 for a standard normal X: how far p99 lies from p50.
constexpr double normal_p99 = 2.3263478740408408;

using Arguments = std::map<std::string, std::string, std::less<>>;

diag::Diagnostic not_sizes(std::string_view text) {
  return mistake(
      fmt::format("'{}' is not a size of messages", text),
      "write it as 128B, uniform(64B, 1KiB), lognormal(p50=128B, p99=4KiB) or zipf(max=64KiB, s=1.2)");
}

std::optional<std::size_t> read_size(std::string_view text) {
  const auto size = ws::parse_size(text);
  if (!size || *size > max_message_size) return std::nullopt;
  return static_cast<std::size_t>(*size);
}

/// "p50=128B, p99=4KiB"
std::optional<Arguments> read_arguments(std::string_view inner) {
  Arguments arguments;
  for (const auto part : split_outside_parentheses(inner, ',')) {
    const auto equals = part.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    arguments.emplace(trim(part.substr(0, equals)), trim(part.substr(equals + 1)));
  }
  return arguments;
}

std::optional<SizeDistribution> read_uniform(std::string_view inner) {
  const auto parts = split_outside_parentheses(inner, ',');
  if (parts.size() != 2) return std::nullopt;
  const auto least = read_size(parts[0]);
  const auto most = read_size(parts[1]);
  if (!least || !most || *least > *most) return std::nullopt;
  return SizeDistribution{.kind = SizeDistribution::Kind::uniform, .least = *least, .most = *most};
}

std::optional<SizeDistribution> read_lognormal(std::string_view inner) {
  const auto arguments = read_arguments(inner);
  if (!arguments || arguments->size() != 2 || !arguments->contains("p50") || !arguments->contains("p99"))
    return std::nullopt;
  const auto p50 = read_size(arguments->find("p50")->second);
  const auto p99 = read_size(arguments->find("p99")->second);
  if (!p50 || !p99 || *p50 == 0 || *p99 < *p50) return std::nullopt;
  const double location = std::log(static_cast<double>(*p50));
  return SizeDistribution{.kind = SizeDistribution::Kind::lognormal,
                          .most = max_message_size,
                          .location = location,
                          .scale = (std::log(static_cast<double>(*p99)) - location) / normal_p99};
}

std::optional<SizeDistribution> read_zipf(std::string_view inner) {
  const auto arguments = read_arguments(inner);
  if (!arguments || arguments->size() != 2 || !arguments->contains("max") || !arguments->contains("s"))
    return std::nullopt;
  const auto most = read_size(arguments->find("max")->second);
  const auto exponent = ws::to_decimal(arguments->find("s")->second);
  if (!most || *most == 0 || !exponent || *exponent <= 0) return std::nullopt;
  return SizeDistribution{
      .kind = SizeDistribution::Kind::zipf, .least = 1, .most = *most, .scale = *exponent};
}

std::optional<SizeDistribution> read(std::string_view text) {
  const auto call = parse_call(text);
  if (!call) {
    const auto size = read_size(text);
    return size ? std::optional(SizeDistribution::constant(*size)) : std::nullopt;
  }
  if (call->name == "uniform") return read_uniform(call->inner);
  if (call->name == "lognormal") return read_lognormal(call->inner);
  if (call->name == "zipf") return read_zipf(call->inner);
  return std::nullopt;
}

/// Box and Muller: two even numbers make a normal one.
double draw_normal(ws::Random& random) {
  const double radius = std::sqrt(-2 * std::log(1 - random.next_fraction()));
  return radius * std::cos(2 * std::numbers::pi * random.next_fraction());
}

std::size_t draw_lognormal(const SizeDistribution& sizes, ws::Random& random) {
  const double size = std::round(std::exp(sizes.location + sizes.scale * draw_normal(random)));
  return static_cast<std::size_t>(std::clamp(size, 1.0, static_cast<double>(sizes.most)));
}

/// Rejection-inversion (Hörmann and Derflinger 1996): the continuous hat x^-s is inverted, and what lies
/// between it and the steps is rejected; about one draw suffices whatever the number of sizes.
class ZipfSampler {
 public:
  ZipfSampler(double exponent, double most) : exponent_(exponent), most_(most) {
    low_ = integral(1.5) - 1;
    high_ = integral(most + 0.5);
    always_ = 2 - inverse(integral(2.5) - std::pow(2, -exponent));
  }
  double draw(ws::Random& random) const {
    for (;;) {
      const double area = high_ + random.next_fraction() * (low_ - high_);
      const double place = inverse(area);
      const double rank = std::clamp(std::round(place), 1.0, most_);
      if (rank - place <= always_ || area >= integral(rank + 0.5) - std::pow(rank, -exponent_)) return rank;
    }
  }

 private:
  double integral(double x) const {
    const double log = std::log(x);
    const double power = (1 - exponent_) * log;
    return std::abs(power) < 1e-8 ? log : std::expm1(power) / (1 - exponent_);
  }
  double inverse(double area) const {
    const double scaled = std::max(-1.0, area * (1 - exponent_));
    return std::abs(scaled) < 1e-8 ? std::exp(area) : std::exp(std::log1p(scaled) / (1 - exponent_));
  }

  double exponent_, most_;
  double low_ = 0, high_ = 0, always_ = 0;
};

}  // namespace

SizeDistribution SizeDistribution::constant(std::size_t size) {
  return {.least = size, .most = size, .text = ws::print_size(size)};
}

std::size_t SizeDistribution::draw_varying(ws::Random& random) const {
  switch (kind) {
    case Kind::constant: break;
    case Kind::uniform: return least + static_cast<std::size_t>(random.next_below(most - least + 1));
    case Kind::lognormal: return draw_lognormal(*this, random);
    case Kind::zipf:
      return static_cast<std::size_t>(ZipfSampler(scale, static_cast<double>(most)).draw(random));
  }
  return least;
}

diag::Result<SizeDistribution> parse_size_distribution(std::string_view text) {
  auto sizes = read(trim(text));
  if (!sizes) return not_sizes(text);
  sizes->text = trim(text);
  return *sizes;
}

}  // namespace wsrig::loadgen
