/** `/statistics`, for a month or a year. */

import type { Statistics } from "../statistics.ts";
import type { Span } from "../statistics_charts.ts";
import { statisticsView } from "../statistics_page.ts";
import type { Content } from "./document.ts";

/** What the page says. */
export function statisticsPage(statistics: Statistics, span: Span): Content {
  const { today } = statistics;
  const days = statistics.publishedLately(span);
  return {
    title: "Statistics",
    path: "/statistics",
    body: statisticsView({ days, today, span }),
  };
}
