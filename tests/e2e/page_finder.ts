/** Finds elements of a page by what a visitor perceives: texts, roles and names. Runs in WebKit, as part of a script. */

import type { Role } from "./page_driver.ts";

/** One step from the elements found so far to the next. */
export type Step =
  | { readonly by: "css"; readonly selector: string }
  | { readonly by: "text"; readonly text: string; readonly exact: boolean }
  | { readonly by: "pattern"; readonly source: string; readonly flags: string }
  | {
    readonly by: "role";
    readonly role: Role;
    readonly name: string | null;
    readonly exact: boolean;
  }
  | { readonly by: "hasText"; readonly text: string }
  | { readonly by: "nth"; readonly index: number };

/** The elements that have a role, unless they are hidden. */
const SELECTORS: Readonly<Record<Role, string>> = {
  alert: "[role=alert]",
  button: "button, [role=button]",
  checkbox: "input[type=checkbox]",
  img: "img, [role=img]",
  link: "a[href]",
  list: "ul, ol, [role=list]",
  log: "[role=log]",
  region: "section[aria-label], section[aria-labelledby], [role=region]",
  textbox: "textarea, input:not([type]), input[type=text], [role=textbox]",
};

/**
 * Statements that define `found`: the elements at the end of the steps in `arguments[0]`. Texts are compared as
 * Playwright compares them, and a text belongs to the innermost element that contains all of it.
 */
export const FINDER = `
  const selectors = ${JSON.stringify(SELECTORS)};
  const tidy = (text) => text.replace(/\\s+/g, " ").trim();
  const includes = (text, part) => tidy(text).toLowerCase().includes(tidy(part).toLowerCase());
  const matches = (text, wanted, exact) =>
    exact ? tidy(text) === tidy(wanted) : includes(text, wanted);
  const isVisible = (element) => element.checkVisibility({ visibilityProperty: true });
  const isShown = (element) => {
    const { width, height } = element.getBoundingClientRect();
    return width > 0 && height > 0 && isVisible(element);
  };
  const isDisabled = (element) => element.matches(":disabled, [aria-disabled=true]");
  const spoken = (element) => {
    const copy = element.cloneNode(true);
    for (const hidden of copy.querySelectorAll("[aria-hidden=true]")) hidden.remove();
    return copy.textContent;
  };
  const nameOf = (element) => {
    const ids = element.getAttribute("aria-labelledby")?.split(" ") ?? [];
    const labels = ids.length > 0
      ? ids.map((id) => document.getElementById(id))
      : [...element.labels ?? []];
    return element.getAttribute("aria-label") ??
      (labels.length > 0
        ? labels.map((label) => label?.textContent ?? "").join(" ")
        : element.alt || spoken(element) || element.title);
  };
  const innermost = (scope, holds) =>
    [...scope.querySelectorAll("*")].filter((element) =>
      !element.matches("head *, script, style") && holds(element.textContent) &&
      ![...element.children].some((child) => holds(child.textContent)));
  const inScope = {
    css: (scope, { selector }) => [...scope.querySelectorAll(selector)],
    text: (scope, { text, exact }) => innermost(scope, (found) => matches(found, text, exact)),
    pattern: (scope, { source, flags }) =>
      innermost(scope, (found) => new RegExp(source, flags).test(tidy(found))),
    role: (scope, { role, name, exact }) =>
      [...scope.querySelectorAll(selectors[role])].filter((element) =>
        isVisible(element) && !element.closest("[aria-hidden=true], [inert]") &&
        (name === null || matches(nameOf(element), name, exact))),
  };
  const ofAll = {
    hasText: (all, { text }) => all.filter((element) => includes(element.textContent, text)),
    nth: (all, { index }) => [all.at(index)].filter((element) => element !== undefined),
  };
  const only = (all) => {
    if (all.length === 1) return all[0];
    throw new Error("Cannot choose between " + all.length + " elements");
  };
  const found = arguments[0].reduce(
    (all, step) => step.by in ofAll
      ? ofAll[step.by](all, step)
      : [...new Set(all.flatMap((scope) => inScope[step.by](scope, step)))],
    [document],
  )`;
