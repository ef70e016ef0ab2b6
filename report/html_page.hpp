#pragma once

#include <string>
#include <string_view>

namespace wsrig::report {

/// A page up to and with <body>: no script, nothing from anywhere else. `title` is text, `more_style` comes
/// behind the style sheet below.
std::string page_begin(std::string_view generator, std::string_view title, std::string_view more_style = {});
/// What closes it.
inline constexpr std::string_view page_end = "</body>\n</html>\n";

/// The style of the HTML reports: light and dark, no font, image or script from anywhere.
inline constexpr std::string_view style_sheet = R"css(
:root {
  color-scheme: light dark;
  --page: #f7f8fa; --card: #fff; --ink: #1c2128; --faint: #646d7a; --line: #d9dee5;
  --ok: #1a7f4b; --informational: #2563c9; --non-strict: #a86500; --skip: #7d8590; --fail: #c62f3a; --error: #8b3fc0;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #12161c; --card: #1a2028; --ink: #e3e8ee; --faint: #98a2af; --line: #313944;
    --ok: #46b97d; --informational: #6ea4f5; --non-strict: #dca23f; --skip: #8b949e; --fail: #f0727a; --error: #c08bea;
  }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 72rem; padding: 1.5rem; background: var(--page); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif; }
code, pre, .transcript { font-family: ui-monospace, monospace; font-size: 13px; }
a { color: var(--informational); }
h1 { margin: 0; font-size: 1.7rem; }
h1::first-letter { text-transform: uppercase; }
h2 { margin: 2rem 0 .6rem; font-size: 1.05rem; }
h4 { margin: 1rem 0 .3rem; font-size: .85rem; color: var(--faint); font-weight: 600; }
header { border-left: 6px solid var(--ok); padding-left: 1rem; margin-bottom: 1.2rem; }
header.bad { border-color: var(--fail); }
header p { margin: .25rem 0; }
.subject { font-size: 1.1rem; overflow-wrap: anywhere; }
.subject code { font-size: inherit; }
.meta, .about { color: var(--faint); overflow-wrap: anywhere; }
.remark { color: var(--fail); font-weight: 600; }
.bar { display: block; width: 100%; height: 14px; border-radius: 7px; }
rect.ok { fill: var(--ok); } rect.informational { fill: var(--informational); }
rect.non-strict { fill: var(--non-strict); } rect.skip { fill: var(--skip); }
rect.fail { fill: var(--fail); } rect.error { fill: var(--error); }
.ok { --grade: var(--ok); } .informational { --grade: var(--informational); }
.non-strict { --grade: var(--non-strict); } .skip { --grade: var(--skip); }
.fail { --grade: var(--fail); } .error { --grade: var(--error); }
.filter { position: absolute; opacity: 0; }
.chips { display: flex; flex-wrap: wrap; gap: .5rem; margin: .8rem 0 1.2rem; }
.chip { border: 1px solid var(--grade); color: var(--grade); border-radius: 1rem; padding: .1rem .8rem;
  cursor: pointer; user-select: none; }
.filter:focus-visible ~ .chips { outline: 2px solid var(--informational); outline-offset: 4px; }
.suites { border-collapse: collapse; width: 100%; background: var(--card); border: 1px solid var(--line); }
.suites th, .suites td { padding: .3rem .7rem; text-align: right; border-bottom: 1px solid var(--line); }
.suites th:first-child { text-align: left; font-weight: 500; overflow-wrap: anywhere; }
.suites thead th { color: var(--faint); font-weight: 500; font-size: .85rem; }
.suites tfoot th, .suites tfoot td { font-weight: 700; border-bottom: 0; }
.suites td[class] { color: var(--grade); font-weight: 600; }
.case { background: var(--card); border: 1px solid var(--line); border-left: 4px solid var(--grade);
  border-radius: 4px; margin: .35rem 0; }
.case > summary { padding: .35rem .7rem; cursor: pointer; overflow-wrap: anywhere; }
.case > .body { padding: .1rem 1rem .8rem; }
.badge { display: inline-block; min-width: 6.5rem; color: var(--grade); font-weight: 600; font-size: .85rem; }
.req { float: right; color: var(--faint); font-size: .85rem; }
.message { margin: .3rem 0; font-weight: 600; overflow-wrap: anywhere; white-space: pre-wrap; }
.about, .body .meta { margin: .2rem 0; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .3rem 1rem; margin: .7rem 0 0; }
dt { color: var(--faint); font-size: .85rem; padding-top: .25rem; }
dd { margin: 0; min-width: 0; }
pre { margin: 0; padding: .25rem .6rem; background: var(--page); border-radius: 4px; white-space: pre-wrap;
  overflow-wrap: anywhere; max-height: 16rem; overflow-y: auto; }
.transcript { border-collapse: collapse; width: 100%; }
.transcript td { padding: .05rem .5rem .05rem 0; vertical-align: top; color: var(--faint); white-space: pre; }
.transcript td:last-child { width: 100%; white-space: pre-wrap; overflow-wrap: anywhere; }
.transcript .sent td:last-child { color: var(--ink); }
.transcript .came td:last-child { color: var(--informational); }
.transcript .note td:last-child { font-style: italic; }
#show-ok:not(:checked) ~ main .case.ok, #show-informational:not(:checked) ~ main .case.informational,
#show-non-strict:not(:checked) ~ main .case.non-strict, #show-skip:not(:checked) ~ main .case.skip,
#show-fail:not(:checked) ~ main .case.fail, #show-error:not(:checked) ~ main .case.error { display: none; }
#show-ok:not(:checked) ~ .chips .ok, #show-informational:not(:checked) ~ .chips .informational,
#show-non-strict:not(:checked) ~ .chips .non-strict, #show-skip:not(:checked) ~ .chips .skip,
#show-fail:not(:checked) ~ .chips .fail, #show-error:not(:checked) ~ .chips .error { opacity: .4; text-decoration: line-through; }
@media print { .chips { display: none; } body { max-width: none; } }
)css";

}  // namespace wsrig::report
