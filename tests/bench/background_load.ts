/**
 * The share of the machine that other programs used during a measurement. `/proc/stat` has the time used by all
 * processes, and `/proc/self/stat` that of this process and of the children it has waited for (Linux). Time that the
 * kernel assigns to no process, such as interrupts, counts as that of others.
 */

/** Measures processor time from its creation on. */
export class BackgroundLoad {
  readonly #from = ticks();

  /** The share of all processor time that other programs have used since then, from 0 to 1. */
  get share(): number {
    const [from, now] = [this.#from, ticks()];
    const others = (now.busy - from.busy) - (now.own - from.own);
    return Math.max(0, others / (now.all - from.all));
  }
}

interface Ticks {
  readonly all: number;
  readonly busy: number;
  readonly own: number;
}

function ticks(): Ticks {
  const line = Deno.readTextFileSync("/proc/stat").split("\n")[0]!;
  const [user = 0, nice = 0, system = 0, idle = 0, io = 0, irq = 0, soft = 0, stolen = 0] = line
    .split(/\s+/).slice(1).map(Number);
  const busy = user + nice + system + irq + soft + stolen;
  const stat = Deno.readTextFileSync("/proc/self/stat");
  const fields = stat.slice(stat.lastIndexOf(")")).split(" ").slice(12, 16).map(Number);
  return { all: busy + idle + io, busy, own: fields.reduce((sum, field) => sum + field, 0) };
}
