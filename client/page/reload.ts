/** In development only: reloads the page when the server has a newer one. */

const INTERVAL = 700;

/** Asks for the page's entity tag every now and then; left out of every other build. */
export function reloadOnChange(): void {
  let known: string | null = null;
  setInterval(async () => {
    const tag = await fetch("/", { method: "HEAD" }).then(
      ({ headers }) => headers.get("etag"),
      () => known,
    );
    if (known !== null && tag !== known) location.reload();
    known = tag;
  }, INTERVAL);
}
