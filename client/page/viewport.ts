/**
 * Fits a chat to what is visible of the window. On iOS, an on-screen keyboard covers the page and moves it, instead of
 * making the window smaller. The style uses the two properties that are set here.
 */

/** Follows the visible part for as long as the page is open. While the visitor has zoomed in, it changes nothing. */
export function followViewport(viewport: VisualViewport | null, root: HTMLElement): void {
  const fit = (): void => {
    if (viewport === null || viewport.scale > 1) return;
    const { height, offsetTop } = viewport;
    const isCovered = height < root.clientHeight;
    root.style.setProperty("--height", isCovered ? `${height}px` : "");
    root.style.setProperty("--top", `${offsetTop}px`);
  };
  viewport?.addEventListener("resize", fit);
  viewport?.addEventListener("scroll", fit);
}
