// The box for searching, as somebody types: a list of the best results below it, which arrow keys, Enter and Escape
// work on. Without this script the box leads to the page of results.
const pause = 90; // between keys, before it is asked for

interface Found {
  kind: string;
  name: string;
  path: string;
  code: string;
  href: string;
}

function begin(form: HTMLFormElement, input: HTMLInputElement, list: HTMLElement, status: HTMLElement): void {
  let waiting: ReturnType<typeof setTimeout> | undefined;
  let asked: AbortController | undefined;
  let found: Found[] = [];
  let at = -1;

  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-expanded", "false");

  function choose(next: number): void {
    at = next;
    for (const [i, option] of [...list.children].entries()) option.setAttribute("aria-selected", String(i === at));
    const chosen = list.children[at];
    if (chosen) {
      input.setAttribute("aria-activedescendant", chosen.id);
      chosen.scrollIntoView({ block: "nearest" });
    } else {
      input.removeAttribute("aria-activedescendant");
    }
  }

  function open(yes: boolean): void {
    list.hidden = !yes || found.length === 0;
    input.setAttribute("aria-expanded", String(!list.hidden));
    if (list.hidden) choose(-1);
  }

  function forget(): void {
    clearTimeout(waiting);
    asked?.abort();
    found = [];
    list.replaceChildren();
    status.textContent = "";
    open(false);
  }

  function show(): void {
    list.replaceChildren(
      ...found.map((f, i) => {
        const option = document.createElement("li");
        option.id = `${list.id}-${i}`;
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        const name = document.createElement("strong");
        const isolated = document.createElement("bdi");
        isolated.translate = false;
        isolated.textContent = f.name;
        name.append(isolated);
        const about = document.createElement("span");
        about.textContent = [f.kind, f.path, f.code].filter(Boolean).join(" · ");
        option.append(name, about);
        return option;
      }),
    );
    choose(-1);
    open(document.activeElement === input);
  }

  async function ask(): Promise<void> {
    asked?.abort();
    asked = new AbortController();
    const { signal } = asked;
    const values = new URLSearchParams([...new FormData(form)].map(([k, v]) => [k, String(v)]));
    try {
      const answer = await fetch(`${form.action}.json?${values}`, { signal });
      if (!answer.ok) throw new Error(`search: ${answer.status}`);
      const body = (await answer.json()) as { summary: string; results: Found[] };
      if (signal.aborted) return;
      found = body.results.slice(0, 8);
      status.textContent = body.summary;
      show();
    } catch {
      if (!signal.aborted) forget(); // Enter still leads to the page, which says what is wrong
    }
  }

  function typed(): void {
    clearTimeout(waiting);
    if (input.value.trim() === "") forget();
    else waiting = setTimeout(() => void ask(), pause);
  }

  input.addEventListener("input", (event) => {
    if (!(event as InputEvent).isComposing) typed();
  });
  input.addEventListener("compositionend", typed);
  input.addEventListener("focus", () => open(true));
  input.addEventListener("blur", () => open(false));
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return; // the keys are those of the input method
    switch (event.key) {
      case "ArrowDown":
      case "ArrowUp": {
        if (found.length === 0) return;
        event.preventDefault();
        open(true);
        const step = event.key === "ArrowDown" ? 1 : -1;
        choose(at < 0 && step < 0 ? found.length - 1 : at + step >= found.length ? -1 : at + step);
        return;
      }
      case "Enter": {
        const chosen = found[at];
        if (!chosen) return;
        event.preventDefault();
        location.assign(chosen.href);
        return;
      }
      case "Escape":
        if (list.hidden) return;
        event.preventDefault();
        open(false);
    }
  });
  // Pressed before the box loses its focus, which would close the list.
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = (event.target as Element).closest("[role=option]");
    const chosen = option && found[[...list.children].indexOf(option)];
    if (chosen) location.assign(chosen.href);
  });
  document.addEventListener("keydown", (event) => {
    const from = event.target as HTMLElement;
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (from.closest("input, textarea, select, [contenteditable]")) return;
    event.preventDefault();
    input.focus();
    input.select();
  });
}

// offerSearch makes the box of the page answer while somebody types.
export function offerSearch(): void {
  const form = document.querySelector<HTMLFormElement>("form.seek");
  const input = form?.querySelector<HTMLInputElement>("input[type=search]");
  const list = form?.querySelector<HTMLElement>("ul");
  const status = form?.querySelector<HTMLElement>("[role=status]");
  if (form && input && list && status) begin(form, input, list, status);
}
