/**
 * The short authentication string as people see it: four pictures of sixty-four, six bits each. They are chosen to be
 * told apart at a glance and to be named in one word over a bad line.
 */

/** A picture and its name. */
export interface Picture {
  readonly picture: string;
  readonly name: string;
}

/** How many bytes of a secret make the four pictures. */
export const EMOJI_BYTES = 3;

const PICTURES = (
  "🐙octopus 🌵cactus 🎈balloon 🚲bicycle 🍋lemon 🔑key ⚓anchor 🎩hat 🐢turtle 🍄mushroom 🌙moon 🔔bell 🥕carrot 🎸guitar " +
  "🦊fox 🧦socks 🐝bee 🍕pizza 🪁kite 🧲magnet 🐘elephant 🌈rainbow ⛵boat 🥁drum 🐧penguin 🍒cherries 🕯️candle 🧩puzzle " +
  "🦒giraffe 🌽corn 🚀rocket 🎲dice 🐳whale 🍩doughnut 🗿statue 🧭compass 🦉owl 🍉melon ✂️scissors 🎺trumpet 🐌snail 🌋volcano " +
  "🚜tractor 🪑chair 🐪camel 🥨pretzel ⏰clock 🎯target 🦋butterfly 🍁leaf 🏰castle 🧀cheese 🐸frog 🥑avocado 🚂train 🪴plant " +
  "🦀crab 🍞bread ⛺tent 🎻violin 🐞ladybird 🥚egg 🏝️island 🪜ladder"
).split(" ").map((entry): Picture => {
  const [, picture = "", name = ""] = /^(\P{ASCII}+)(\w+)$/u.exec(entry) ?? [];
  return { picture, name };
});

/** The four pictures for {@linkcode EMOJI_BYTES} bytes, first bits first. */
export function safetyEmoji(bytes: Uint8Array): Picture[] {
  const [a = 0, b = 0, c = 0] = bytes;
  const bits = a << 16 | b << 8 | c;
  return [18, 12, 6, 0].map((shift) => PICTURES[bits >> shift & 63]!);
}
