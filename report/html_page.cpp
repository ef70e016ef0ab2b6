#include "report/html_page.hpp"

#include <fmt/format.h>

#include "report/text.hpp"

namespace wsrig::report {

std::string page_begin(std::string_view generator, std::string_view title, std::string_view more_style) {
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
      "'unsafe-inline'\">\n"
      "<meta name=\"generator\" content=\"{}; wsrig-html/1\">\n<title>{}</title>\n<style>\n{}{}</style>\n"
      "</head>\n<body>\n",
      markup(generator), markup(title), style_sheet, more_style);
}

}  // namespace wsrig::report
