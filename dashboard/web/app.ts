// The script of the pages: draws the charts from the options in the page, keeps an open
// page up to date, copies tables. Without it every figure can still be read.
import { drawAll, redraw, setPatterns } from "./charts";
import { watch } from "./live";
import { offerSearch } from "./search";
import { watchWall } from "./wall";

const patternsKey = "hcp_patterns";

function patternsWanted(): boolean {
  try {
    const kept = localStorage.getItem(patternsKey);
    if (kept !== null) return kept === "1";
  } catch {
    // Storage may be closed to us; then the choice lasts as long as the page.
  }
  return matchMedia("(prefers-contrast: more)").matches;
}

function showPatterns(on: boolean): void {
  setPatterns(on);
  for (const button of document.querySelectorAll("[data-action=patterns]")) button.setAttribute("aria-pressed", String(on));
}

// tableText is a table as tab-separated text, as spreadsheets take it from the clipboard.
// A text that begins like a formula gets an apostrophe, as in the CSV.
function tableText(table: HTMLTableElement): string {
  const notice = document.querySelector(".ribbon")?.textContent?.trim();
  const lines = [...table.rows].map((row) =>
    [...row.cells].map((cell) => harmless((cell.textContent ?? "").replace(/\s+/g, " ").trim())).join("\t"),
  );
  return (notice ? [notice, ...lines] : lines).join("\r\n");
}

function harmless(text: string): string {
  return /^[=+\-@|]/.test(text) && !/^[+-][\d.,%]+$/.test(text) ? `'${text}` : text;
}

async function copy(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  // Pages over plain HTTP have no clipboard of their own.
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "skip";
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}

document.addEventListener("click", (event) => {
  const button = (event.target as Element).closest<HTMLElement>("[data-action]");
  if (!button) return;
  switch (button.dataset["action"]) {
    case "copy": {
      const table = button.closest("details, section")?.querySelector("table");
      if (!table) return;
      const before = button.textContent;
      void copy(tableText(table)).then(() => {
        button.textContent = document.body.dataset["copied"] ?? before;
        setTimeout(() => (button.textContent = before), 1600);
      });
      return;
    }
    case "print":
      print();
      return;
    case "patterns": {
      const on = button.getAttribute("aria-pressed") !== "true";
      showPatterns(on);
      try {
        localStorage.setItem(patternsKey, on ? "1" : "0");
      } catch {
        // See patternsWanted.
      }
    }
  }
});

// A list to choose from needs no button.
document.addEventListener("change", (event) => {
  const list = event.target as HTMLElement;
  if (list instanceof HTMLSelectElement && list.dataset["action"] === "submit") list.form?.requestSubmit();
});

// A file field shows the name of what was chosen, in the place of the words that nothing was.
document.addEventListener("change", (event) => {
  const field = event.target;
  if (!(field instanceof HTMLInputElement) || field.type !== "file") return;
  const name = field.parentElement?.querySelector<HTMLElement>("[data-none]");
  if (name) name.textContent = field.files?.[0]?.name ?? name.dataset["none"] ?? "";
});

// A menu closes when the reader turns elsewhere.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll<HTMLDetailsElement>("details.custom[open]")) {
    if (!menu.contains(event.target as Node)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector<HTMLDetailsElement>("details.custom[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary")?.focus();
});

addEventListener("beforeprint", () => {
  document.documentElement.dataset["printing"] = "";
  redraw(true);
});
addEventListener("afterprint", () => {
  delete document.documentElement.dataset["printing"];
  redraw(false);
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => redraw(false));

// A row of links that is wider than its screen begins with the one where the reader is.
function showHere(): void {
  for (const here of document.querySelectorAll<HTMLElement>(".menu [aria-current], .rooms [aria-current]")) {
    const row = here.parentElement;
    if (row) row.scrollLeft = here.offsetLeft - row.offsetLeft - (row.clientWidth - here.offsetWidth) / 2;
  }
}
addEventListener("resize", showHere);
showHere();

showPatterns(patternsWanted());
drawAll();
offerSearch();
watch();
watchWall();
