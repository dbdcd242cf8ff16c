/** Keeps the screen on. Browsers that can't do that are left alone. */

export class WakeLock {
  #lock: Promise<WakeLockSentinel | void> | undefined;

  /** Call with `false` while the page is hidden: browsers release the lock then, and it has to be requested again. */
  keep(isOn: boolean): void {
    if (isOn) this.#lock ??= navigator.wakeLock?.request("screen").catch(() => {});
    else {
      this.#lock?.then((lock) => lock?.release());
      this.#lock = undefined;
    }
  }
}
