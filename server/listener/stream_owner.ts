/**
 * The events of a stream go to its owner. The owner changes when a connection becomes a WebSocket, and the listeners
 * stay:
 *
 *     accepted ──> FirstChunk ──> WebSocketConnection
 *
 * They are the same functions for all streams, so a connection costs no additional ones. None is removed, either: in
 * this runtime, removing the last listener of an event makes the stream's table of listeners a dictionary of 450 bytes,
 * which is also slower to look into.
 *
 * When the other side of a stream ends, so does ours, whoever owns it.
 */

import type { Buffer } from "node:buffer";
import type { Duplex } from "node:stream";

/** Handles the events of streams. */
export interface StreamOwner {
  data(chunk: Buffer, stream: Duplex): void;
  /** Everything written has been taken. */
  drained(): void;
  /** The stream has closed. */
  gone(): void;
}

const OWNER = Symbol("owner");

interface Owned extends Duplex {
  [OWNER]?: StreamOwner | undefined;
}

/** Makes `owner` receive the events of a stream, in place of any earlier owner. */
export function own(stream: Owned, owner: StreamOwner): void {
  const isOwned = stream[OWNER] !== undefined;
  stream[OWNER] = owner;
  if (!isOwned) attach(stream);
  if (stream.readableEnded) onEnd.call(stream); // It may have ended before it was owned.
}

function attach(stream: Owned): void {
  stream.on("drain", onDrain).on("end", onEnd).on("close", onClose).on("error", ignoreError);
  stream.on("data", onData); // The last one, because it makes the stream flow.
}

/** Leaves a stream to somebody who attaches other listeners. */
export function disown(stream: Owned): void {
  stream[OWNER] = undefined;
  stream.off("drain", onDrain).off("end", onEnd).off("close", onClose).off("error", ignoreError);
  stream.off("data", onData);
}

function onData(this: Owned, chunk: Buffer): void {
  this[OWNER]?.data(chunk, this);
}

function onDrain(this: Owned): void {
  this[OWNER]?.drained();
}

/** Ending a stream twice is an error, and creating that error costs more than the rest of the closing. */
function onEnd(this: Owned): void {
  if (!this.writableEnded) this.end();
}

function onClose(this: Owned): void {
  this[OWNER]?.gone();
}

/** A stream that fails is destroyed automatically, and emits `close`. */
export function ignoreError(): void {}
