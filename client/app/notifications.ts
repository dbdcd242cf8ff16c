/**
 * Notifications of the system while the page is hidden. They say that a stranger has arrived or written, and nothing of
 * what was written. A page has at most one: the next one replaces it. It is closed when the page is seen, when the chat
 * ends, and when the page closes.
 *
 * Some browsers, such as Chrome on Android, show notifications only for a service worker. There, the constructor of
 * `Notification` throws, and the worker is used (`notification_worker_link.ts`). It is unregistered when notifications
 * are turned off, and when the permission is revoked. One that is left over, because the page closed at that moment, is
 * unregistered when the page starts again.
 */

import type { Language } from "../languages/language.ts";
import { switchOf } from "../state/notifications.ts";
import {
  type Event,
  isTalking,
  type NotificationTopic,
  type Permission,
  type State,
} from "../state/state.ts";
import { NotificationWorkerLink } from "./notification_worker_link.ts";

export class Notifications {
  readonly #worker = new NotificationWorkerLink();
  readonly #tag: string;
  readonly #dispatch: (event: Event) => void;
  #permission = readPermission();
  /** Whether notifications are on; `undefined` before the first state. */
  #isOn: boolean | undefined;
  /** Whether a notification is shown, or about to be. */
  #isOpen = false;
  #shown: Notification | undefined;

  /** `tag` tells the notifications of this page from those of other tabs. */
  constructor(tag: string, dispatch: (event: Event) => void) {
    this.#tag = tag;
    this.#dispatch = dispatch;
    // Settings and questions of the browser take the focus, and give it back.
    for (const type of ["focus", "visibilitychange"]) addEventListener(type, () => this.#check());
    addEventListener("pagehide", () => this.#close());
  }

  /** The permission that was last reported. */
  get permission(): Permission {
    return this.#permission;
  }

  /** Lets the browser ask the visitor. It may do so only after a press. */
  askPermission(): void {
    Notification.requestPermission().then(() => this.#check(), () => {}); // Some browsers only ask once.
  }

  show(topic: NotificationTopic, { code, words }: Language, silent: boolean): void {
    const title = words.Happened[topic];
    const options = { tag: this.#tag, lang: code, dir: words.Direction, silent };
    this.#isOpen = true;
    try {
      const shown = this.#shown = new Notification(title, options);
      shown.onclick = () => {
        focus();
        shown.close();
      };
    } catch {
      this.#worker.show(title, options, () => this.#isOpen);
    }
  }

  follow(state: State): void {
    const isOn = switchOf(state) === "on";
    if (!isOn || !state.hidden || !isTalking(state)) this.#close();
    if (!isOn && this.#isOn !== false) this.#worker.remove();
    this.#isOn = isOn;
  }

  #close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#shown?.close();
    this.#shown = undefined;
    this.#worker.close(this.#tag);
  }

  #check(): void {
    const permission = readPermission();
    if (permission === this.#permission) return;
    this.#permission = permission;
    this.#dispatch({ type: "permission", permission });
  }
}

/** Without encryption, and in Safari on an iPhone unless the app is installed, there are no notifications. */
function readPermission(): Permission {
  return isSecureContext && "Notification" in globalThis ? Notification.permission : "unsupported";
}
