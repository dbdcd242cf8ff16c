/**
 * How to talk to each server, by hand over the same raw sockets: the handshake, how a pair is formed, and the form of a
 * message. Every message carries 100 bytes that a person could have written.
 *
 *   ours               a binary frame of kind 1 of protocol version 1; paired by `find`
 *   plain              a binary frame; the next client to connect is the partner, and the text "paired" says so
 *   socket.io text     Engine.IO 4 packet 4, Socket.IO 5 packet 2: 42["message","..."]
 *   socket.io binary   packet 5, which announces an attachment, followed by the attachment in a separate frame
 */

import { FrameKind, SOCKET_PATH, SUBPROTOCOL } from "../../protocol.ts";
import { type MessageForm, Opcode } from "./numbered_message.ts";
import type { ProtocolName } from "./task.ts";

/** What a peer can send and wait for while a pair is formed. */
export interface TextChannel {
  sendText(text: string): void;
  /** Resolves with the next text that starts with `beginning`. */
  receiveText(beginning: string): Promise<void>;
}

/** The position of a peer in its pair. */
export type Position = "first" | "second";

export interface ProtocolAdapter {
  readonly path: string;
  /** Additional lines of the handshake. Every pair comes from a different address. */
  headers(pair: number): readonly string[];
  readonly message: MessageForm;
  /** Resolves once the peer waits for its partner, if it is the first, or can send messages. */
  join(talk: TextChannel, position: Position): Promise<void>;
  /** The immediate reply to a text, if it needs one. */
  replyTo?(text: string): string | undefined;
}

const FIND = JSON.stringify({ type: "find", mode: "text", interests: [] });

const SOCKET_IO = {
  path: "/socket.io/?EIO=4&transport=websocket",
  headers: () => [],
  join: async (talk: TextChannel, position: Position): Promise<void> => {
    await talk.receiveText("0{");
    talk.sendText("40");
    await talk.receiveText("40{");
    if (position === "second") await talk.receiveText('42["paired"');
  },
  answer: (text: string) => text === "2" ? "3" : undefined,
} as const;

export const ADAPTERS: Readonly<Record<ProtocolName, ProtocolAdapter>> = {
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
    join: async (talk, position) => {
      await talk.receiveText('{"type":"welcome"');
      talk.sendText(FIND);
      await talk.receiveText(position === "first" ? '{"type":"waiting"' : '{"type":"paired"');
    },
  },
  plain: {
    path: "/",
    headers: () => [],
    message: { opcode: Opcode.binary, before: "x", after: "x".repeat(93) },
    join: async (talk, position) => {
      if (position === "second") await talk.receiveText("paired");
    },
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
