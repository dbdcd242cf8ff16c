/** Formats the goals for docs/benchmarks.md and the terminal. */

import type { Goal } from "./goals.ts";
import { table } from "./markdown_table.ts";

const VERDICTS = { met: "met", missed: "**not met**", unmeasured: "not measured" } as const;

/** The goals, and former goals with the reason why they no longer are goals. */
export function goalTable(goals: readonly Goal[]): string {
  const rows = goals.flatMap((goal) =>
    goal.kind === "unreachable" ? [] : [[goal.says, measuredOf(goal), VERDICTS[goal.kind]]]
  );
  const former = goals.flatMap((goal) =>
    goal.kind === "unreachable" ? [[goal.says, goal.measured, goal.reason]] : []
  );
  const parts = [table(["goal", "measured", ""], rows, 3)];
  if (former.length > 0) {
    parts.push(
      "These were goals, until a bare relay on the same runtime showed that they can't be reached:",
    );
    parts.push(table(["former goal", "measured", "reason"], former, 3));
  }
  return parts.join("\n\n");
}

/** One line for each goal that was measured, and for each former one. */
export function goalLines(goals: readonly Goal[]): string[] {
  return goals.filter(({ kind }) => kind !== "unmeasured").map((goal) =>
    goal.kind === "unreachable"
      ? `result: ${goal.says} ${goal.measured}. Unreachable: ${goal.reason}`
      : `goal: ${goal.says} ${goal.kind === "met" ? "met" : "NOT met"}: ${measuredOf(goal)}`
  );
}

function measuredOf(goal: Goal): string {
  return goal.kind === "unmeasured" ? "" : goal.measured;
}
