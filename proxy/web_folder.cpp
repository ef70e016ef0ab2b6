#include "proxy/web_folder.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <ctime>
#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace wsrig::proxy {

namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// RFC 3986 §2.1; empty for a broken escape, and for what an escape must not hide: a slash, a NUL.
std::optional<std::string> percent_decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
      if (high < 0 || low < 0) return {};
      c = static_cast<char>(high * 16 + low);
      if (c == '/' || c == '\0') return {};
      i += 2;
    }
    out += c;
  }
  return out;
}

/// Every segment names something: none is empty (but behind the last slash), none leads up or stays.
bool is_plain(std::string_view path) {
  while (!path.empty()) {
    const std::string_view segment = path.substr(0, path.find('/'));
    if (segment.empty() || segment == "." || segment == "..") return false;
    path.remove_prefix(std::min(segment.size() + 1, path.size()));
  }
  return true;
}

/// The real path of an open file, links resolved.
std::string path_of(const net::Descriptor& file) {
  std::string path(PATH_MAX, '\0');
  const std::string link = "/proc/self/fd/" + std::to_string(file.get());
  const ssize_t size = ::readlink(link.c_str(), path.data(), path.size());
  path.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  return path;
}

bool lies_in(const net::Descriptor& file, const net::Descriptor& folder) {
  std::string root = path_of(folder);
  if (!root.ends_with('/')) root += '/';
  return (path_of(file) + '/').starts_with(root);
}

/// A file below a folder; not open, with errno, when there is none. Never waits, as a FIFO would make it.
net::Descriptor open_below(const std::string& folder_path, const std::string& path) {
  const net::Descriptor folder(::open(folder_path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!folder.is_open()) return {};
  const char* const relative = path.empty() ? "." : path.c_str();
  net::Descriptor file(::openat(folder.get(), relative, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (!file.is_open() || lies_in(file, folder)) return file;
  errno = ENOENT;
  return {};
}

WebReply refuse(int status, std::string_view why) { return {ws::build_refusal(status, why), {}}; }

WebReply refuse_unopened(int error) {
  if (error == EACCES) return refuse(403, "this file cannot be read\n");
  if (error == EMFILE || error == ENFILE) return refuse(503, "too many files are open\n");
  return refuse(404, "no such file\n");
}

WebReply refuse_method() {
  WebReply reply = refuse(405, "a file can be read only\n");
  std::erase_if(reply.head.fields, [](const auto& field) { return field.first == "Allow"; });
  reply.head.fields.emplace_back("Allow", "GET, HEAD");
  return reply;
}

// ---- conditions (RFC 9110 §13) ----

std::string entity_tag(const struct stat& about) {
  return fmt::format("\"{:x}.{:x}-{:x}\"", about.st_mtim.tv_sec, about.st_mtim.tv_nsec, about.st_size);
}

std::string http_date(std::time_t time) {
  return fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(time));
}

/// RFC 9110 §5.6.7: the form to send, and the two obsolete ones.
std::optional<std::time_t> read_http_date(const std::string& text) {
  for (const char* form :
       {"%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"}) {
    std::tm parts{};
    const char* const end = ::strptime(text.c_str(), form, &parts);
    if (end != nullptr && *end == '\0') return ::timegm(&parts);
  }
  return {};
}

/// Does the client have it already? §13.2.2: If-None-Match (by the weak comparison) goes before
/// If-Modified-Since.
bool is_unchanged(const ws::HttpHead& request, const struct stat& about) {
  if (request.count("If-None-Match") > 0) {
    const std::string tags = request.joined("If-None-Match");
    if (tags == "*") return true;
    const std::string own = entity_tag(about);
    return std::ranges::any_of(ws::split_list(tags), [&](std::string_view tag) {
      if (tag.starts_with("W/")) tag.remove_prefix(2);
      return tag == own;
    });
  }
  const auto since = read_http_date(std::string(request.find("If-Modified-Since").value_or("")));
  return since && about.st_mtim.tv_sec <= *since;
}

// ---- answers ----

// By a relative reference, which leads nowhere else whatever the path begins with.
WebReply redirect_to_folder(const ws::HttpHead& request, std::string_view path) {
  const std::string_view target = request.target();
  const std::string_view query = target.substr(std::min(target.find('?'), target.size()));
  WebReply reply = refuse(301, {});
  reply.head.fields.emplace_back("Location", fmt::format("./{}/{}", path.substr(path.rfind('/') + 1), query));
  return reply;
}

WebReply give(const ws::HttpHead& request, net::Descriptor file, const struct stat& about,
              std::string_view name) {
  WebReply reply;
  const bool is_known = is_unchanged(request, about);
  reply.head.status = is_known ? 304 : 200;
  reply.head.reason = ws::reason_phrase(reply.head.status);
  auto& fields = reply.head.fields;
  fields = {{"Date", http_date(std::time(nullptr))},
            {"Connection", "close"},
            {"ETag", entity_tag(about)},
            {"Last-Modified", http_date(about.st_mtim.tv_sec)},
            {"Cache-Control", "no-cache"}};  // the client keeps it, and asks whether it has changed
  if (is_known) return reply;
  const auto size = static_cast<std::uint64_t>(about.st_size);
  fields.emplace_back("Content-Type", media_type(name));
  fields.emplace_back("X-Content-Type-Options", "nosniff");
  fields.emplace_back("Content-Length", std::to_string(size));
  if (request.method() == "GET") reply.file.emplace(WebFile{std::move(file), size});
  return reply;
}

}  // namespace

boost::system::result<std::shared_ptr<const WebFolder>, std::string> WebFolder::open(
    const std::string& path) {
  const net::Descriptor folder(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!folder.is_open()) {
    return {boost::system::in_place_error,
            "cannot open the folder '" + path + "': " + net::last_system_error().message()};
  }
  return std::shared_ptr<const WebFolder>(new WebFolder(path));
}

WebReply WebFolder::answer(const ws::HttpHead& request, std::string_view path) const {
  if (request.method() != "GET" && request.method() != "HEAD") return refuse_method();
  auto name = percent_decode(path);
  if (!name || !is_plain(*name)) return refuse(404, "no such file\n");
  if (name->empty() || name->ends_with('/')) *name += "index.html";
  net::Descriptor file = open_below(path_, *name);
  if (!file.is_open()) return refuse_unopened(errno);
  struct stat about{};
  if (::fstat(file.get(), &about) != 0) return refuse_unopened(errno);
  if (S_ISDIR(about.st_mode)) return redirect_to_folder(request, path);
  if (!S_ISREG(about.st_mode)) return refuse(404, "no such file\n");
  return give(request, std::move(file), about, *name);
}

}  // namespace wsrig::proxy
