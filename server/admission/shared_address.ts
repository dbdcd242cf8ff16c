/**
 * Addresses that many people share, as the operator states them: a campus, the exit of a VPN, or the local address that
 * an onion service connects from. `RANGE=N` allows N connections from each address of a range. Without N, only the
 * limits of the whole server apply.
 */

import { type Address, isWithin, networksOf, parseRange, type Range } from "./address.ts";

/** A range of shared addresses. */
export interface SharedRange {
  readonly range: Range;
  /** Maximum number of connections of each address; `undefined` for as many as the server allows. */
  readonly connections: number | undefined;
}

/** Parses `RANGE` or `RANGE=N`, or returns `undefined`. */
export function parseSharedRange(text: string, most: number): SharedRange | undefined {
  const [given = "", number, ...rest] = text.trim().split("=");
  const range = parseRange(given);
  if (range === undefined || rest.length > 0) return undefined;
  if (number === undefined) return { range: networksOf(range), connections: undefined };
  const connections = /^\d{1,9}$/.test(number) ? Number(number) : 0;
  return connections >= 1 && connections <= most
    ? { range: networksOf(range), connections }
    : undefined;
}

/** The first of the ranges that contains an address. */
export function findShared(
  address: Address,
  shared: readonly SharedRange[],
): SharedRange | undefined {
  return shared.find(({ range }) => isWithin(address, [range]));
}
