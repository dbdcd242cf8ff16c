/**
 * How each server is spoken to, by hand and over the same raw sockets: what a handshake asks for, how one becomes one of
 * a pair, and what a message looks like. Every message carries 100 bytes that a person could have written.
 *
 *   ours               one of version 1's binary frames of kind 1; paired by `find`
 *   plain              a binary frame; whoever comes next is the partner
 *   socket.io text     Engine.IO 4 packet 4, Socket.IO 5 packet 2: 42["message","..."]
 *   socket.io binary   packet 5, which announces an attachment, and then the attachment in a frame of its own
 */

import { FrameKind, SOCKET_PATH, SUBPROTOCOL } from "../../protocol.ts";
import { type MessageForm, Opcode } from "./numbered_message.ts";
import type { DialectName } from "./task.ts";

/** What can be said and heard while two become a pair. */
export interface Talk {
  say(text: string): void;
  /** Resolves with the next text that begins so. */
  heard(beginning: string): Promise<void>;
}

/** Which of a pair somebody is. */
export type Place = "first" | "second";

/** A way to speak. */
export interface Dialect {
  readonly path: string;
  /** Lines of the handshake beyond those that every client sends; every pair comes from an address of its own. */
  headers(pair: number): readonly string[];
  readonly message: MessageForm;
  /** Resolves once there is nothing to do but wait for the second, or to talk. */
  join(talk: Talk, place: Place): Promise<void>;
  /** What has to be said at once when a text is heard. */
  answer?(text: string): string | undefined;
}

const FIND = JSON.stringify({ type: "find", mode: "text", interests: [] });

const SOCKET_IO = {
  path: "/socket.io/?EIO=4&transport=websocket",
  headers: () => [],
  join: async (talk: Talk): Promise<void> => {
    await talk.heard("0{");
    talk.say("40");
    await talk.heard("40{");
  },
  answer: (text: string) => text === "2" ? "3" : undefined,
} as const;

/** Every dialect there is. */
export const DIALECTS: Readonly<Record<DialectName, Dialect>> = {
  ours: {
    path: SOCKET_PATH,
    headers: (pair) => [
      `Sec-WebSocket-Protocol: ${SUBPROTOCOL}`,
      `X-Forwarded-For: 10.${pair >> 16}.${pair >> 8 & 255}.${pair & 255}`,
    ],
    message: {
      opcode: Opcode.binary,
      before: String.fromCharCode(FrameKind.message),
      after: "x".repeat(93),
    },
    join: async (talk, place) => {
      await talk.heard('{"type":"welcome"');
      talk.say(FIND);
      await talk.heard(place === "first" ? '{"type":"waiting"' : '{"type":"paired"');
    },
  },
  plain: {
    path: "/",
    headers: () => [],
    message: { opcode: Opcode.binary, before: "x", after: "x".repeat(93) },
    join: async () => {},
  },
  "socket.io text": {
    ...SOCKET_IO,
    message: { opcode: Opcode.text, before: '42["message","', after: `${"x".repeat(94)}"]` },
  },
  "socket.io binary": {
    ...SOCKET_IO,
    message: {
      opcode: Opcode.binary,
      before: "",
      after: "x".repeat(94),
      prelude: '451-["message",{"_placeholder":true,"num":0}]',
    },
  },
};
