/**
 * A page that says how things are right now. It is made when somebody asks for it and kept for a moment, so that a
 * flood of requests costs no more than one rendering each moment.
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

/** How hard to compress what soon is made anew: about as small as gzip makes it, in less time. */
const QUALITY = 4;

/** What a live page needs. */
export interface CachedPageOptions {
  readonly clock: Clock;
  /** How old an answer may be, in milliseconds. */
  readonly maxAge: number;
  /** Headers that win. */
  readonly extraHeaders?: Headers;
  readonly make: () => Page;
}

/** A page, made anew now and then. */
export class LivePage {
  readonly #options: CachedPageOptions;
  #made: { at: number; representations: Representations } | undefined;

  constructor(options: CachedPageOptions) {
    this.#options = options;
  }

  /** Answers with the page as it is now. */
  answer(request: HttpRequest): HttpResponse {
    const { clock, maxAge, extraHeaders: more = {}, make } = this.#options;
    const now = clock.now();
    if (this.#made === undefined || now - this.#made.at >= maxAge) {
      this.#made = {
        at: now,
        representations: represent(make(), { quality: QUALITY, extraHeaders: more }),
      };
    }
    return pageResponse(200, this.#made.representations, request);
  }
}
