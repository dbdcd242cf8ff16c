/**
 * The short authentication string as people see it: four pictures of sixty-four, six bits each. They are chosen to be
 * told apart at a glance and to be named in one word over a bad line.
 */

/** Every picture; each language has its names in the same order. */
export const PICTURES: readonly string[] = (
  "🐙 🌵 🎈 🚲 🍋 🔑 ⚓ 🎩 🐢 🍄 🌙 🔔 🥕 🎸 🦊 🧦 " +
  "🐝 🍕 🪁 🧲 🐘 🌈 ⛵ 🥁 🐧 🍒 🕯️ 🧩 🦒 🌽 🚀 🎲 " +
  "🐳 🍩 🗿 🧭 🦉 🍉 ✂️ 🎺 🐌 🌋 🚜 🪑 🐪 🥨 ⏰ 🎯 " +
  "🦋 🍁 🏰 🧀 🐸 🥑 🚂 🪴 🦀 🍞 ⛺ 🎻 🐞 🥚 🏝️ 🪜"
).split(" ");

/** How many bytes of a secret make the four pictures. */
export const EMOJI_BYTES = 3;

/** The four pictures for {@linkcode EMOJI_BYTES} bytes, first bits first, as indices of {@linkcode PICTURES}. */
export function safetyEmoji(bytes: Uint8Array): number[] {
  const [a = 0, b = 0, c = 0] = bytes;
  const bits = a << 16 | b << 8 | c;
  return [18, 12, 6, 0].map((shift) => bits >> shift & 63);
}
