// Ids and names that the device chooses itself.

const hex = (bytes: Uint8Array): string => Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");

// uuidv7 makes a time-ordered id: 48 bits of milliseconds, 74 random bits. A
// clock that is wrong makes it badly ordered, never less unique.
export function uuidv7(now: number): string {
  const b = new Uint8Array(16);
  crypto.getRandomValues(b);
  let ms = Math.max(0, Math.floor(now));
  for (let i = 5; i >= 0; i--) {
    b[i] = ms % 256;
    ms = Math.floor(ms / 256);
  }
  b[6] = ((b[6] ?? 0) & 0x0f) | 0x70;
  b[8] = ((b[8] ?? 0) & 0x3f) | 0x80;
  return hex(b).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

// randomName is a name that nothing else has: 128 random bits.
export function randomName(): string {
  const b = new Uint8Array(16);
  crypto.getRandomValues(b);
  return hex(b);
}
