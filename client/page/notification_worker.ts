/**
 * The service worker of notifications, for browsers in which a page can't show any itself, such as Chrome on Android.
 * It shows a notification, closes it, and brings the page to the front when the notification is pressed.
 *
 * It does nothing else. It has no handler for requests and stores nothing, and no page is in its scope. The policy of its
 * response forbids it to load anything (`server/http/static_files.ts`). The page registers it only if notifications are
 * on, and unregisters it when they are turned off (`client/app/notification_worker_link.ts`).
 */

/** What the page asks for. */
export type WorkerRequest =
  | { readonly show: string; readonly options: NotificationOptions }
  /** `close`: the tag of the notification. */
  | { readonly close: string };

/** The parts of a service worker's global scope that are used. */
declare const registration: ServiceWorkerRegistration;
declare const clients: { get(id: string): Promise<{ focus(): Promise<unknown> } | undefined> };

/** An event that the worker stays alive for. */
interface ExtendableEvent {
  waitUntil(work: Promise<unknown>): void;
}

/** Handles the requests of pages and the presses on notifications. */
class NotificationWorker {
  /** Requests are carried out one after the other. The first waits until the worker may show notifications. */
  #lastStep: Promise<unknown> = registration.active
    ? Promise.resolve()
    : new Promise((resolve) => addEventListener("activate", resolve));

  constructor() {
    addEventListener("message", (event) => this.#handle(event as MessageEvent & ExtendableEvent));
    addEventListener("notificationclick", (event) => {
      focusPage(event as Event & ExtendableEvent & { readonly notification: Notification });
    });
  }

  #handle(event: MessageEvent<WorkerRequest> & ExtendableEvent): void {
    const page = (event.source as unknown as { readonly id: string }).id;
    const step = (): Promise<void> => carryOut(event.data, page);
    this.#lastStep = this.#lastStep.then(step).catch(() => {}); // The visitor may have revoked the permission.
    event.waitUntil(this.#lastStep);
  }
}

async function carryOut(request: WorkerRequest, page: string): Promise<void> {
  if ("show" in request) {
    return await registration.showNotification(request.show, { ...request.options, data: page });
  }
  for (const shown of await registration.getNotifications({ tag: request.close })) shown.close();
}

/** Shows the page that the notification is about, if it still exists. */
function focusPage(event: ExtendableEvent & { readonly notification: Notification }): void {
  const { notification } = event;
  notification.close();
  event.waitUntil(clients.get(notification.data).then((page) => page?.focus()));
}

new NotificationWorker();
