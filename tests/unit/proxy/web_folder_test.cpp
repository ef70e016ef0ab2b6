#include "proxy/web_folder.hpp"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace wsrig::proxy {
namespace {

namespace fs = std::filesystem;

/// A folder "site" with files, and what must not be reached beside it.
class WebFolderTest : public testing::Test {
 protected:
  WebFolderTest() {
    fs::create_directories(root_ / "site/sub dir");
    write("secret", "secret");
    write("site/index.html", "<p>home");
    write("site/app.js", "run()");
    write("site/sub dir/index.html", "<p>sub");
    write("site/sub dir/a%b", "odd");
    fs::create_symlink("app.js", root_ / "site/inside.js");
    fs::create_symlink("../secret", root_ / "site/outside");
    fs::create_directory_symlink("..", root_ / "site/up");
    ::mkfifo((root_ / "site/fifo").c_str(), 0600);
  }
  ~WebFolderTest() override { fs::remove_all(root_); }

  void write(const std::string& name, const std::string& text) const { std::ofstream(root_ / name) << text; }

  WebReply ask(const std::string& path, const std::string& fields = "", const std::string& method = "GET") {
    const ws::HttpHead request(method + " /x/" + path + "?q HTTP/1.1\r\n" + fields + "\r\n");
    return (*WebFolder::open((root_ / "site").string()))->answer(request, path);
  }
  static std::string field(const WebReply& reply, std::string_view name) {
    for (const auto& [key, value] : reply.head.fields) {
      if (key == name) return value;
    }
    return "none";
  }
  static std::string body(const WebReply& reply) {
    if (!reply.file) return "none";
    std::string text(reply.file->size, '\0');
    EXPECT_EQ(::pread(reply.file->file.get(), text.data(), text.size(), 0),
              static_cast<ssize_t>(text.size()));
    return text;
  }

  fs::path root_ = fs::path(testing::TempDir()) / ("web-folder-" + std::to_string(::getpid()));
};

TEST_F(WebFolderTest, gives_files) {
  struct Row {
    const char *path, *body, *type;
  };
  for (const Row& row : {Row{"", "<p>home", "text/html; charset=utf-8"},
                         {"index.html", "<p>home", "text/html; charset=utf-8"},
                         {"app.js", "run()", "text/javascript; charset=utf-8"},
                         {"inside.js", "run()", "text/javascript; charset=utf-8"},
                         {"%61pp.js", "run()", "text/javascript; charset=utf-8"},
                         {"sub%20dir/", "<p>sub", "text/html; charset=utf-8"},
                         {"sub%20dir/a%25b", "odd", "application/octet-stream"}}) {
    const WebReply reply = ask(row.path);
    EXPECT_EQ(reply.head.status, 200) << row.path;
    EXPECT_EQ(body(reply), row.body) << row.path;
    EXPECT_EQ(field(reply, "Content-Type"), row.type) << row.path;
    EXPECT_EQ(field(reply, "Content-Length"), std::to_string(std::string(row.body).size()));
  }
}

TEST_F(WebFolderTest, reaches_nothing_else) {
  for (const char* path : {"../secret",
                           "..",
                           "../",
                           ".",
                           "./app.js",
                           "sub%20dir/../app.js",
                           "%2e%2e/secret",
                           "%2e%2e%2fsecret",
                           "..%2fsecret",
                           "outside",
                           "up/secret",
                           "up/",
                           "/etc/passwd",
                           "//etc/passwd",
                           "sub%20dir//index.html",
                           "app.js%00.html",
                           "app.js/",
                           "%",
                           "%2",
                           "%zz",
                           "missing",
                           "fifo"}) {
    const WebReply reply = ask(path);
    EXPECT_EQ(reply.head.status, 404) << path;
    EXPECT_FALSE(reply.file) << path;
  }
}

TEST_F(WebFolderTest, leads_to_the_folder) {
  const WebReply reply = ask("sub%20dir");
  EXPECT_EQ(reply.head.status, 301);
  EXPECT_EQ(field(reply, "Location"), "./sub%20dir/?q");
  EXPECT_TRUE(reply.head.body.empty());
}

TEST_F(WebFolderTest, head_has_no_body_and_other_methods_are_refused) {
  const WebReply head = ask("app.js", "", "HEAD");
  EXPECT_EQ(head.head.status, 200);
  EXPECT_EQ(field(head, "Content-Length"), "5");
  EXPECT_FALSE(head.file);
  const WebReply post = ask("app.js", "", "POST");
  EXPECT_EQ(post.head.status, 405);
  EXPECT_EQ(field(post, "Allow"), "GET, HEAD");
}

TEST_F(WebFolderTest, tells_what_has_not_changed) {
  const WebReply first = ask("app.js");
  const std::string tag = field(first, "ETag");
  const std::string date = field(first, "Last-Modified");
  EXPECT_EQ(date.size(), 29u) << date;
  const std::string old = "If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n";
  struct Row {
    std::string fields;
    int status;
  };
  for (const Row& row : {Row{"If-None-Match: " + tag + "\r\n", 304},
                         {"If-None-Match: \"x\", W/" + tag + "\r\n", 304},
                         {"If-None-Match: *\r\n", 304},
                         {"If-None-Match: \"x\"\r\nIf-Modified-Since: " + date + "\r\n", 200},
                         {"If-None-Match: " + tag + "\r\n" + old, 304},
                         {"If-Modified-Since: " + date + "\r\n", 304},
                         {"If-Modified-Since: Fri, 06-Nov-37 08:49:37 GMT\r\n", 304},
                         {"If-Modified-Since: Friday, 06-Nov-37 08:49:37 GMT\r\n", 304},
                         {"If-Modified-Since: Fri Nov  6 08:49:37 2037\r\n", 304},
                         {old, 200},
                         {"If-Modified-Since: yesterday\r\n", 200}}) {
    const WebReply reply = ask("app.js", row.fields);
    EXPECT_EQ(reply.head.status, row.status) << row.fields;
    EXPECT_EQ(field(reply, "ETag"), tag);
    EXPECT_EQ(field(reply, "Content-Length"), row.status == 304 ? "none" : "5");
  }
  write("site/app.js", "run(); again()");
  EXPECT_EQ(ask("app.js", "If-None-Match: " + tag + "\r\n").head.status, 200);
}

TEST_F(WebFolderTest, must_be_a_folder) {
  EXPECT_FALSE(WebFolder::open((root_ / "secret").string()));
  EXPECT_FALSE(WebFolder::open((root_ / "missing").string()));
}

}  // namespace
}  // namespace wsrig::proxy
