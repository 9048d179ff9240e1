// What was found, as a table by severity; and what is known of the capture, as a strip.

import {groupFindings} from "./severity.js";
import {bytes, count, counted, make, redactedWords, sentence, shown} from "./words.js";

const GROUPS_AT_MOST = 200;

/** Fill the table of findings; *onJump* is told which looks a reader wants to see next. */
export function fillSummary(element, capture, onJump) {
  const groups = groupFindings(capture);
  const body = make("tbody", "");
  for (const group of groups.slice(0, GROUPS_AT_MOST)) {
    const button = make("button", "jump", shown(group.words));
    button.type = "button";
    button.title = [group.about, "show the next one"].filter(Boolean).join("; ");
    const mask = new Uint8Array(capture.lookCounts.length);
    for (const look of group.looks) mask[look] = 1;
    button.addEventListener("click", () => onJump(mask));
    body.append(
      make("tr", group.severity, make("td", "", make("span", `tag ${group.severity}`, group.severity)), make("td", "", button), make("td", "number", count(group.count))),
    );
  }
  const head = make("tr", "", ...["severity", "what", "count"].map((words) => cellOfHead(words)));
  const rest = groups.length - GROUPS_AT_MOST;
  const parts = groups.length ? [make("table", "", make("thead", "", head), body)] : [make("p", "quiet", "Nothing to point out.")];
  if (rest > 0) parts.push(make("p", "quiet", `${counted(rest, "more kind")} not listed.`));
  element.append(...parts);
}

function cellOfHead(words) {
  const cell = make("th", words === "count" ? "number" : "", words);
  cell.scope = "col";
  return cell;
}

/** Fill the strip with what is known of the capture, and what the page leaves out. */
export function fillStrip(element, meta) {
  const {capture} = meta;
  const known = (value) => value || "not recorded";
  const facts = [
    ["capture", `${capture.name} (${bytes(capture.size_bytes)})`],
    ["format", known(capture.format)],
    ["lines", `${count(capture.lines)}, ${counted(capture.events, "event")}`],
    ["model", known(capture.model)],
    ["firmware", known(capture.firmware)],
    ["redacted", redactedWords(meta.redacted)],
    ["left out", leftOut(meta)],
    ["made by", `atfsm ${meta.version}: ${capture.command}`],
  ];
  const list = make("dl", "");
  for (const [term, words] of facts) list.append(make("div", "", make("dt", "", term), make("dd", "", shown(words))));
  element.append(list);
  for (const note of capture.notes) element.append(make("p", "note", make("b", "", "note "), sentence(note)));
}

function leftOut(meta) {
  if (meta.omitted_words?.length) return meta.omitted_words.join(" ");
  return meta.omitted?.length ? `${counted(meta.omitted.length, "stretch", "stretches")} of lines` : "nothing";
}
