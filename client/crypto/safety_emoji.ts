/**
 * The short authentication string in the form that visitors see: four pictures out of 64, six bits each. The pictures
 * are easy to tell apart at a glance, and each can be named in one word over a bad connection.
 */

/** All pictures. Each language names them in the same order. */
export const PICTURES: readonly string[] = (
  "🐙 🌵 🎈 🚲 🍋 🔑 ⚓ 🎩 🐢 🍄 🌙 🔔 🥕 🎸 🦊 🧦 " +
  "🐝 🍕 🪁 🧲 🐘 🌈 ⛵ 🥁 🐧 🍒 🕯️ 🧩 🦒 🌽 🚀 🎲 " +
  "🐳 🍩 🗿 🧭 🦉 🍉 ✂️ 🎺 🐌 🌋 🚜 🪑 🐪 🥨 ⏰ 🎯 " +
  "🦋 🍁 🏰 🧀 🐸 🥑 🚂 🪴 🦀 🍞 ⛺ 🎻 🐞 🥚 🏝️ 🪜"
).split(" ");

/** Bytes that select the four pictures. */
export const PICTURE_BYTES = 3;

/** The four pictures for {@linkcode PICTURE_BYTES} bytes, first bits first, as indices of {@linkcode PICTURES}. */
export function safetyEmoji(bytes: Uint8Array): number[] {
  const [a = 0, b = 0, c = 0] = bytes;
  const bits = a << 16 | b << 8 | c;
  return [18, 12, 6, 0].map((shift) => bits >> shift & 63);
}
