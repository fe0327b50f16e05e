// What staff see: set-up, and the panel behind a long press on the header.
import { local, type Clock } from "./clock";
import { el } from "./dom";
import { mark } from "./faces";
import type { Arrival, Health } from "./sender";
import type { Binding, Receipt } from "./store";
import type { StaffText } from "./words";

type Words = (name: StaffText) => string;

const keyForm = /^hcp_[0-9a-f]{64}$/;

// scannedKey takes the key that a QR code has put behind the # of the address, and
// removes it from there: neither the address bar nor the history keeps it. What
// stands behind a # never reaches a server.
export function scannedKey(): string | undefined {
  const found = /^#key=(.*)$/.exec(location.hash);
  if (!found) return undefined;
  history.replaceState(history.state, "", location.pathname + location.search);
  const key = (found[1] ?? "").trim();
  return keyForm.test(key) ? key : "";
}

export interface SetupActions {
  check(key: string): Promise<"known" | "unknown" | "unreachable">;
  save(key: string, place: string, otherDevice: boolean): Promise<void>;
  cancel?: () => void;
}

// setupScreen asks for the key, or, with a scanned one, whether this is the device
// that the card names. "" is a code that holds no key. A key is never put into an
// address, a log or the page's own text.
export function setupScreen(words: Words, before: Binding | undefined, scanned: string | undefined, act: SetupActions): HTMLElement {
  const key = el("input", {
    id: "key", name: "key", type: "text", required: true, autocomplete: "off", autocapitalize: "none",
    spellcheck: "false", maxlength: "200", "aria-describedby": "key-form problem",
  });
  const place = el("input", { id: "place", name: "place", type: "text", maxlength: "40", autocomplete: "off", placeholder: words("placeExample") });
  place.value = before?.place ?? "";
  if (scanned) {
    key.value = `${scanned.slice(0, 8)}…`; // whoever looks on reads no key
    key.readOnly = true;
  }
  const other = el("input", { id: "other", type: "checkbox" });
  const problem = el("p", { id: "problem", class: "problem", role: "alert" });
  if (scanned === "") problem.textContent = words("scannedBad");
  const start = el("button", { class: "button main", type: "submit" }, words(before ? "save" : "start"));
  const form = el(
    "form",
    { class: "form", novalidate: true },
    el("label", { for: "key" }, words("key")),
    key,
    el("p", { class: "note", id: "key-form" }, words(scanned ? "keyScanned" : "keyForm")),
    el("label", { for: "place" }, words("place")),
    place,
    scanned ? el("p", { class: "note", id: "place-check" }, words("placeCheck")) : undefined,
    before ? el("label", { class: "check", for: "other" }, other, el("span", {}, words("other"), el("small", {}, words("otherWhy")))) : undefined,
    problem,
    el(
      "div",
      { class: "actions" },
      act.cancel ? el("button", { class: "button", type: "button", click: act.cancel }, words("cancel")) : undefined,
      start,
    ),
  );
  const submit = async (): Promise<void> => {
    const given = scanned && key.readOnly ? scanned : key.value.trim();
    if (!keyForm.test(given)) {
      problem.textContent = words("keyBad");
      key.focus();
      return;
    }
    start.disabled = true;
    problem.textContent = words("checking");
    try {
      if ((await act.check(given)) === "unknown") problem.textContent = words("keyUnknown");
      else await act.save(given, place.value.trim(), other.checked);
    } finally {
      start.disabled = false;
    }
  };
  if (scanned) place.setAttribute("aria-describedby", "place-check problem");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void submit();
  });
  return el(
    "main",
    { class: "screen staff", "data-screen": "setup" },
    el("div", { class: "card" }, mark(), el("h1", { tabindex: "-1", id: "heading" }, words("setup")), el("p", { class: "why" }, words(scanned ? "scannedWhy" : "setupWhy")), form),
  );
}

export interface PanelState {
  binding: Binding;
  health: Health;
  unsent: number;
  refused: number;
  receipt: Receipt | undefined;
  arrival: Arrival | undefined;
  persisted: boolean;
  version: string;
  clock: Clock;
}

export interface PanelActions {
  rekey(): void;
  send(): void;
  close(): void;
}

// panelScreen says how this device stands. It shows no rating and no key.
export function panelScreen(words: Words, s: PanelState, act: PanelActions): HTMLElement {
  const rows: { name: StaffText; value: string; fact?: string }[] = [
    { name: "placeNow", value: s.binding.place || words("unnamed") },
    { name: "sending", value: words(s.health), fact: "health" },
    { name: "unsent", value: String(s.unsent), fact: "unsent" },
    { name: "receipt", value: receiptText(words, s.receipt) },
    { name: "arrival", value: arrivalText(words, s.arrival), fact: "arrival" },
    { name: "rejectedAll", value: String(s.refused) },
    { name: "next", value: String(s.binding.nextSeq) },
    { name: "installation", value: s.binding.installation },
    { name: "storage", value: words(s.persisted ? "persisted" : "evictable") },
    { name: "reopen", value: words(navigator.serviceWorker?.controller ? "reopens" : "reopensNot") },
    { name: "clock", value: s.clock.now().unsure ? words("clockLost") : local(Date.now()).slice(0, 19).replace("T", " ") },
    { name: "version", value: s.version },
  ];
  const list = el("dl", { class: "facts" });
  for (const row of rows) {
    list.append(el("dt", {}, words(row.name)), el("dd", row.fact ? { "data-fact": row.fact } : {}, row.value));
  }
  return el(
    "main",
    { class: "screen staff", "data-screen": "panel" },
    el(
      "div",
      { class: "card" },
      el("h1", { tabindex: "-1", id: "heading" }, words("panel")),
      list,
      el(
        "div",
        { class: "actions" },
        el("button", { class: "button", type: "button", "data-act": "rekey", click: act.rekey }, words("rekey")),
        el("button", { class: "button", type: "button", "data-act": "send", click: act.send }, words("send")),
        el("button", { class: "button main", type: "button", "data-act": "close", click: act.close }, words("close")),
      ),
    ),
  );
}

function arrivalText(words: Words, a: Arrival | undefined): string {
  if (!a) return words("never");
  const text = words("arrived").replace("{n}", String(a.arrived)).replace("{m}", String(a.missing));
  return a.certain ? text : text + words("onTheWay");
}

function receiptText(words: Words, r: Receipt | undefined): string {
  if (!r) return words("never");
  const refused = r.refused > 0 ? ` · ${words("rejected")} ${r.refused}` : "";
  return `${local(r.at).slice(0, 19).replace("T", " ")} · ${words("stored")} ${r.stored}${refused}`;
}
