// The table that folds traditional characters to simplified ones, taken from the
// OpenCC dictionaries. One line a character, "traditional TAB simplified", in
// code-point order.
//
// Left out, because folding them would damage names that are right as they are:
// - a character that is also in use in simplified text (乾 in 乾县, 於 in 於潜);
// - one whose simplified form lies outside the basic plane, where fonts lack it
//   and official names keep the other form (鮀 in 鮀江).
import { readFileSync } from "node:fs";
import { join } from "node:path";

// foldingTable returns the files of the naming room's dist folder, by name.
export function foldingTable(packageFolder) {
  const lines = [];
  for (const line of readFileSync(join(packageFolder, "data/TSCharacters.txt"), "utf8").split("\n")) {
    if (line === "" || line.startsWith("#")) continue;
    const [from, to] = line.split("\t");
    const candidates = to?.trim().split(" ") ?? [];
    if ([...from].length !== 1 || [...(candidates[0] ?? "")].length !== 1) {
      throw new Error(`${from}: a line of the character dictionary cannot be read`);
    }
    if (candidates.includes(from) || candidates[0].codePointAt(0) > 0xffff) continue;
    lines.push(`${from}\t${candidates[0]}`);
  }
  if (lines.length < 2500) {
    throw new Error(`the character dictionary gave only ${lines.length} characters`);
  }
  lines.sort((a, b) => a.codePointAt(0) - b.codePointAt(0));
  return new Map([
    ["t2s.txt", lines.join("\n") + "\n"],
    ["licences/opencc.txt", readFileSync(join(packageFolder, "LICENSE"), "utf8")],
  ]);
}
