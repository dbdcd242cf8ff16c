/**
 * The page's side of the service worker that shows notifications (`client/page/notification_worker.ts`). The worker is
 * registered for the first notification that needs it. Its scope is its own path, which no page is in, so that it never
 * takes part in loading one.
 *
 * Registering takes a moment. So each step waits for the one before, and a notification that is no longer wanted by then
 * is not shown. A browser may refuse every step. Then there are no notifications.
 */

import { NOTIFICATIONS_PATH } from "../../protocol.ts";
import type { WorkerRequest } from "../page/notification_worker.ts";

/** Trusted Types, which not every browser has. The page's policy allows one with this name, once. */
declare const trustedTypes: {
  createPolicy(name: "notifications", rules: { createScriptURL(): string }): {
    createScriptURL(input: string): string;
  };
};

export class NotificationWorkerLink {
  #worker: ServiceWorker | undefined;
  #url: string | undefined;
  #lastStep: Promise<void> = Promise.resolve();

  /** Shows a notification, if it is still wanted when the worker is registered. */
  show(title: string, options: NotificationOptions, isWanted: () => boolean): void {
    this.#inTurn(async () => {
      if (!isWanted()) return;
      const scope = NOTIFICATIONS_PATH;
      const url = this.#url ??= scriptUrl();
      const { active, installing } = await navigator.serviceWorker.register(url, { scope });
      this.#worker = active ?? installing ?? undefined;
      if (isWanted()) this.#tell({ show: title, options });
    });
  }

  /** Closes the notification with this tag, also while the page closes. */
  close(tag: string): void {
    this.#tell({ close: tag });
  }

  /** Closes every notification and unregisters the worker, if there is one. */
  remove(): void {
    this.#inTurn(async () => {
      const registration = await navigator.serviceWorker?.getRegistration(NOTIFICATIONS_PATH);
      for (const shown of await registration?.getNotifications() ?? []) shown.close();
      await registration?.unregister();
      this.#worker = undefined;
    });
  }

  #tell(request: WorkerRequest): void {
    this.#worker?.postMessage(request);
  }

  #inTurn(step: () => Promise<void>): void {
    this.#lastStep = this.#lastStep.then(step).catch(() => {});
  }
}

function scriptUrl(): string {
  if (!("trustedTypes" in globalThis)) return NOTIFICATIONS_PATH;
  const rules = { createScriptURL: () => NOTIFICATIONS_PATH };
  return trustedTypes.createPolicy("notifications", rules).createScriptURL("");
}
