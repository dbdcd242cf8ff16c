/** Reloads the page when the server has a newer one. Only in development. */

const INTERVAL = 700;

/** Polls the entity tag of the page. Every other build omits this. */
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
