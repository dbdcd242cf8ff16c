/** Sealed channels without pages and a server: what a test puts between them is all that there is. */

import type { Bytes } from "../../client/crypto/bytes.ts";
import {
  type AgreementParts,
  agreementParts,
  makeOffer,
  type Offered,
} from "../../client/crypto/key_agreement.ts";
import { SealedChannel } from "../../client/crypto/sealed_channel.ts";
import type { Role } from "../../protocol.ts";
import { waitUntil } from "./wait_until.ts";

/** One page of a chat. Its frames go to `wire`. */
export class Side {
  readonly channel: SealedChannel;
  readonly opened: [kind: number, text: string][] = [];
  readonly sent: Bytes[] = [];
  pictures: number[] | undefined;
  suite: number | undefined;
  tampered = 0;
  failed = 0;
  wire: (frame: Bytes) => void = () => {};
  onOpened = (): void => {};

  constructor(
    role: Role,
    parts: Partial<AgreementParts> = {},
    offer: Offered | Promise<Offered> = makeOffer({ ...agreementParts(role, parts.kem), ...parts }),
  ) {
    this.channel = new SealedChannel({
      onFrame: (frame) => {
        this.sent.push(frame);
        this.wire(frame);
      },
      onSecured: (pictures, suite) => [this.pictures, this.suite] = [pictures, suite],
      onOpened: (kind, content) => {
        this.opened.push([kind, new TextDecoder().decode(content)]);
        this.onOpened();
      },
      onTampered: () => this.tampered++,
      onFailed: () => this.failed++,
    }, offer);
  }

  say(text: string, kind = 1): void {
    this.channel.send(kind, new TextEncoder().encode(text));
  }

  get names(): string | undefined {
    return this.pictures?.join(" ");
  }

  get texts(): string[] {
    return this.opened.map(([, text]) => text);
  }

  /** Waits until it has sent this many frames. */
  async hasSent(count: number): Promise<void> {
    await waitUntil(() => this.sent.length >= count);
  }

  /** Waits until everything that has arrived was handled. */
  settled(): Promise<void> {
    return new Promise((resolve) => this.channel.inTurn(resolve));
  }
}

/** Frames that a side sends before its first message: an offer and a reveal. */
export const FIRST_FRAMES = 2;

/** Forwards what each side sends to the other one. */
export function connect(a: Side, b: Side): void {
  a.wire = (frame) => b.channel.receive(frame);
  b.wire = (frame) => a.channel.receive(frame);
}

/** Two pages with only a relay between them. */
export function pair(
  caller: Partial<AgreementParts> = {},
  callee: Partial<AgreementParts> = caller,
): [Side, Side] {
  const sides: [Side, Side] = [new Side("caller", caller), new Side("callee", callee)];
  connect(...sides);
  return sides;
}

/** Two pages that have agreed on keys. */
export async function secured(
  caller: Partial<AgreementParts> = {},
  callee: Partial<AgreementParts> = caller,
): Promise<[Side, Side]> {
  const [a, b] = pair(caller, callee);
  await waitUntil(() => a.pictures !== undefined && b.pictures !== undefined);
  return [a, b];
}
