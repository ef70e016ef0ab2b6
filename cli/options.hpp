#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "diag/diagnostic.hpp"

/// One option table a program: parsing, --help, man page and shell completions all come from it.
namespace wsrig::cli {

/// Exit codes of all programs.
namespace exit_code {
inline constexpr int ok = 0;           ///< all as expected
inline constexpr int failed = 1;       ///< an expectation or threshold failed
inline constexpr int usage = 2;        ///< bad options or scenario file, or an empty selection
inline constexpr int environment = 3;  ///< no connection, a service did not start, port taken, missing file
inline constexpr int internal = 4;     ///< a bug
inline constexpr int interrupted = 130;
}  // namespace exit_code

struct Option {
  std::string name{};           ///< "listen"
  char letter = 0;              ///< 'j', or none
  std::string value{};          ///< what it takes, "URL"; a flag when this and `choices` are empty
  std::string help{};           ///< one line, no full stop
  std::string default_value{};  ///< shown in the help and used; empty: none
  bool repeatable = false;
  std::vector<std::string> choices{};  ///< allowed values; empty: any
  std::string group{};                 ///< heading in the help; empty: "Options"
  /// In a configuration file, a `[name VALUE]` section may give one value with these settings.
  std::vector<Option> section{};

  bool is_flag() const { return value.empty() && choices.empty(); }
};

struct Positional {
  std::string name{};  ///< "URL"
  std::string help{};
  bool repeatable = false;
  bool required = false;
};

/// A program, or a subcommand of one.
struct Command {
  std::string program{};      ///< "wsrig-echo" or "wsrig run"
  std::string summary{};      ///< one line, no full stop
  std::string description{};  ///< paragraphs for the help and the man page, separated by empty lines
  std::vector<Positional> positionals{};
  std::vector<Option> options{};
  std::vector<std::string> examples{};
  bool has_subcommands = false;  ///< the program itself, whose first argument names one of several commands
};

/// Gives the value of an environment variable; empty when it is not set.
using Environment = std::function<std::optional<std::string>(const std::string&)>;

/// A value as it was written, and where.
struct Written {
  std::string text{};
  std::shared_ptr<const diag::Source> file{};  ///< null: an argument, or the environment
  std::size_t offset = 0;                      ///< in the file

  /// Gives its place to a mistake in it that has none, if there is one that can be shown.
  diag::Diagnostic place(diag::Diagnostic mistake) const;
};

/// One `name = value` line of a section.
struct Setting {
  std::string name{};
  Written value{};
};

/// A `[name title]` section of a configuration file, with the settings below it.
struct Section {
  Written title{};
  std::vector<Setting> settings{};
};

/// What was given: flag before WSRIG_* environment before config file before default.
class Values {
 public:
  bool has(std::string_view name) const;    ///< given, or has a default
  bool given(std::string_view name) const;  ///< given by flag, environment or file
  bool flag(std::string_view name) const;
  const std::string& text(std::string_view name) const;               ///< last value; empty when absent
  const std::vector<std::string>& list(std::string_view name) const;  ///< all values
  /// The same values, with their places.
  const std::vector<Written>& written(std::string_view name) const;
  /// The sections of this option; none where a flag or the environment gives it values.
  const std::vector<Section>& sections(std::string_view name) const;
  /// Gives the place of the option's last value to a mistake in it.
  diag::Diagnostic place(std::string_view name, diag::Diagnostic mistake) const;
  const std::vector<std::string>& positionals() const { return positionals_; }
  /// The command line for reports: the program, its subcommand, and the arguments as they were given.
  const std::vector<std::string>& argv() const { return argv_; }

 private:
  friend class OptionParser;
  std::map<std::string, std::vector<std::string>, std::less<>> values_;
  std::map<std::string, std::vector<Written>, std::less<>> written_;
  std::map<std::string, std::vector<Section>, std::less<>> sections_;
  std::set<std::string, std::less<>> given_;
  std::vector<std::string> positionals_;
  std::vector<std::string> argv_;
};

/// Every command understands --help, --version, --config FILE and --color (added by this library). A mistake
/// is a Diagnostic with a suggestion: "unknown option '--lisen'", "did you mean '--listen'?". A flag may be
/// switched off from the environment or a file with false, no, off or 0; a repeatable option takes one value
/// a line from the environment and one a `name = value` line from a file, where any other must not
/// stand twice. Missing positionals are no mistake with --help or --version.
diag::Result<Values> parse(const Command& command, const std::vector<std::string>& arguments,
                           const Environment& environment);
/// The environment of this process.
std::optional<std::string> process_environment(const std::string& name);

/// How --help looks.
struct HelpStyle {
  std::size_t width = 100;  ///< characters a line
  bool color = false;       ///< headings in bold
};
/// The text of --help. For a program with subcommands, `subcommands` are listed.
std::string help(const Command& command, const HelpStyle& style = {},
                 const std::vector<Command>& subcommands = {});
/// The commands of a program: the program itself first, then its subcommands, if it has any.
std::string man_page(const std::vector<Command>& commands);
std::string bash_completion(const std::vector<Command>& commands);
std::string zsh_completion(const std::vector<Command>& commands);
std::string fish_completion(const std::vector<Command>& commands);

/// Is that what stands in `${env:NAME}` or `${file:PATH}`?
bool is_secret(std::string_view name);
/// Replaces `${env:NAME}` and `${file:PATH}`, so that secrets need not stand on the command line.
diag::Result<std::string> expand_secrets(std::string_view text);

/// --color and NO_COLOR against what `fd` is.
bool use_color(const Values& values, int fd);
/// Is a live view wanted on this descriptor (a terminal, and CI unset)?
bool is_live(int fd);
/// "0.1.0"
std::string version_number();
/// "wsrig 0.1.0"
std::string version();

}  // namespace wsrig::cli
