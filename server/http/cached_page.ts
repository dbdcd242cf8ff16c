/**
 * A page that shows current figures. It is rendered on request and cached briefly, so a flood of requests causes at
 * most one rendering per `maxAge`.
 */

import type { Clock } from "../base/clock.ts";
import type { Headers } from "./headers.ts";
import {
  type HttpRequest,
  type HttpResponse,
  type Page,
  pageResponse,
  represent,
  type Representations,
} from "./message.ts";

export interface CachedPageOptions {
  readonly clock: Clock;
  /** Maximum age of a response, in milliseconds. */
  readonly maxAge: number;
  /** Headers that override the default ones. */
  readonly extraHeaders?: Headers;
  readonly make: () => Page;
}

/** A page that is rendered again when its cached copy is too old. */
export class CachedPage {
  readonly #options: CachedPageOptions;
  #made: { at: number; representations: Representations } | undefined;

  constructor(options: CachedPageOptions) {
    this.#options = options;
  }

  answer(request: HttpRequest): HttpResponse {
    const { clock, maxAge, extraHeaders = {}, make } = this.#options;
    const now = clock.now();
    if (this.#made === undefined || now - this.#made.at >= maxAge) {
      this.#made = {
        at: now,
        representations: represent(make(), { extraHeaders }),
      };
    }
    return pageResponse(200, this.#made.representations, request);
  }
}
