#include "cli/repeated_key.hpp"
#include "loadgen/broken_frame.hpp"
#include "loadgen/csv_table.hpp"
#include "loadgen/masking.hpp"
#include "loadgen/mix.hpp"
#include "loadgen/rate.hpp"
#include "loadgen/replay_file.hpp"
#include "loadgen/reply_rule.hpp"
#include "loadgen/source_pool.hpp"
#include "loadgen/start_time.hpp"
#include "loadgen/target_url.hpp"
#include "loadgen/template.hpp"
#include "tests/fuzz/fuzz_input.hpp"
#include "ws/random.hpp"

namespace {

using namespace wsrig;

/// What cannot be read is explained.
template <class Value>
void explain(const diag::Result<Value>& value) {
  if (!value) fuzz::require(!value.error().message.empty(), "a mistake has its words");
}

/// A size that a distribution draws is one that it may have.
void draw(const loadgen::MixEntry& entry) {
  ws::Random random(1);
  for (int i = 0; i < 8; ++i)
    fuzz::require(entry.sizes.draw(random) <= loadgen::max_message_size, "a size is in its range");
}

void read_files(const std::string& text) {
  const auto table = loadgen::CsvTable::parse("fuzz.csv", text);
  explain(table);
  if (table) {
    for (std::size_t row = 0; row < std::min<std::size_t>(table->row_count(), 10); ++row) {
      for (std::size_t column = 0; column < table->columns().size(); ++column) {
        (void)table->field(row, column);
      }
    }
  }
  explain(loadgen::parse_replay("fuzz.jsonl", text));
  const auto repeated = cli::find_repeated_key(diag::Source("fuzz.json", text));
  if (repeated) fuzz::require(repeated->line > 0 && repeated->column > 0, "a repeated key has its place");
}

}  // namespace

// The texts of a load's options: each is read, or its mistake is said.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(ws::as_text({data, size}));
  const auto entry = loadgen::parse_mix_entry(text);
  explain(entry);
  if (entry && entry->kind != loadgen::MixEntry::Kind::close && !entry->payload) draw(*entry);
  explain(loadgen::parse_rate_plan(text));
  explain(loadgen::parse_rate(text, false));
  explain(loadgen::parse_masking(text));
  explain(loadgen::parse_share(text));
  explain(loadgen::parse_broken_frame(text));
  explain(loadgen::parse_sources(text));
  explain(loadgen::parse_start_time(text, std::chrono::seconds(1)));
  explain(loadgen::parse_reply_rule(text));
  if (const auto expression = ws::parse_template(text)) explain(loadgen::read_target_url(*expression));
  read_files(text);
  return 0;
}
