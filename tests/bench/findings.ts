/** The figures of a run that are compared across its parts. */

import type { FindCost } from "./find_cost.ts";
import type { ArrivalFigures, MemoryFigures, RelayFigures, Result } from "./measurement.ts";

/** What has been measured. A figure over TLS has the same names as the one without. */
export interface Findings {
  readonly relay?: readonly Result<RelayFigures>[];
  readonly memory?: readonly Result<MemoryFigures>[];
  readonly tlsMemory?: readonly Result<MemoryFigures>[];
  readonly arrivals?: readonly Result<ArrivalFigures>[];
  readonly tlsArrivals?: readonly Result<ArrivalFigures>[];
  readonly find?: readonly FindCost[];
}
