#include <algorithm>

#include "stats/hdr_encoding.hpp"
#include "tests/fuzz/fuzz_input.hpp"

// HdrHistogram's encoding: what can be read is written and read again, bucket by bucket.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wsrig;
  const auto histogram = stats::decode_hdr({data, size});
  if (!histogram) return 0;
  const auto again = stats::decode_hdr(stats::encode_hdr(*histogram));
  fuzz::require(again && std::ranges::equal(again->buckets(), histogram->buckets()),
                "a histogram survives its encoding");
  fuzz::require(histogram->percentile(100) == histogram->max(), "the last percentile is the greatest value");
  return 0;
}
