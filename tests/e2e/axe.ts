/** What axe-core finds wrong with the screen that a visitor sees. */

// @ts-types="axe-core"
import axe from "axe-core/axe.min.js"; // Half as long as the default, for each page that has to parse it.
import type { Visitor } from "./visitor.ts";

/** The violations of all rules, or of some. The page keeps axe until it loads again. */
export async function findings(visitor: Visitor, rules?: readonly string[]): Promise<string[]> {
  if (!await visitor.evaluate<boolean>(`"axe" in globalThis`)) await visitor.evaluate(axe.source);
  const options = JSON.stringify({ resultTypes: ["violations"], runOnly: rules });
  return await visitor.evaluate<string[]>(
    `axe.run(${options}).then(({ violations }) =>
      violations.map(({ id, nodes }) => id + ": " + nodes.map(({ html }) => html)))`,
  );
}
