/**
 * How much of the machine others had while something was measured: `/proc/stat` has what all have used, and
 * `/proc/self/stat` what this process and those that it has waited for have (Linux). What the kernel counts for nobody,
 * such as interrupts, is others' here.
 */

/** Ticks of processor time, from one moment to another. */
export class Disturbance {
  readonly #from = ticks();

  /** The part of all processor time that others have had since then, from 0 to 1. */
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
