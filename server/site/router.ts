/**
 * Every HTTP response except the upgrade. A dozen routes need a `switch`, not a framework. A response is a value, so
 * both listeners give the same one.
 *
 * Pages that don't change are encoded when they are first requested in a language, and better a few seconds later. The
 * home page is encoded again when its announcements change, and the house rules when their file changes. Pages with
 * live figures are rendered again only once they have reached a maximum age.
 */

import { LANGUAGES_PATH } from "../../protocol.ts";
import { type StaticFile, StaticFiles } from "../http/static_files.ts";
import { type Clock, SECOND } from "../base/clock.ts";
import { HOME_HEADERS } from "../http/headers.ts";
import type { Health } from "../health.ts";
import type { BackgroundEncoder } from "../http/background_encoder.ts";
import { CachedPage } from "../http/cached_page.ts";
import { Localized } from "../http/language.ts";
import { contactPage } from "./contact_page.ts";
import { type Content, documentPage, NOT_FOUND } from "./document_page.ts";
import { type BuiltLanguage, homePage } from "./home_page.ts";
import { announcementsOf, withAnnouncements } from "./announcements.ts";
import { privacyPage } from "./privacy_page.ts";
import { rulesPage } from "./rules_page.ts";
import { spanOf, statisticsPage } from "./statistics_page.ts";
import { type Span, SPANS } from "./statistics_charts.ts";
import { transparencyPage } from "./transparency_page.ts";
import {
  fingerprint,
  type HttpRequest,
  type HttpResponse,
  jsonResponse,
  type Page,
  pageResponse,
  pathOf,
  queryOf,
  represent,
  type Representations,
  representText,
  textResponse,
} from "../http/message.ts";
import { securityTxt } from "./security_txt.ts";
import type { PublicSettings } from "../config/public_settings.ts";
import type { HouseRules } from "../config/rules_file.ts";
import type { Statistics } from "../statistics/statistics.ts";
import { statisticsCsv, statisticsJson } from "./statistics_api.ts";
import type { TransparencyReport } from "./transparency_report.ts";

/** The output of the client's build. */
export interface Pages {
  readonly home: Page;
  /** The frame of every other page. */
  readonly document: Page;
  /** The files that belong to them, by path. */
  readonly staticFiles: Readonly<Record<string, StaticFile>>;
  /** Every language; the first is the default. */
  readonly languages: readonly BuiltLanguage[];
}

/** The SHA-256 of the home page, without its announcements, in each language. */
export function fingerprintsOf({ home, languages }: Pages): Record<string, string> {
  return Object.fromEntries(
    languages.map((language) => [language.code, fingerprint(homePage(home, language))]),
  );
}

export interface RouterOptions {
  readonly clock: Clock;
  readonly pages: Pages;
  readonly settings: PublicSettings;
  readonly statistics: Statistics;
  /** What the server holds right now. */
  readonly report: () => TransparencyReport;
  readonly health: () => Health;
  /** Improves the encoding of pages that don't change. */
  readonly encoder?: BackgroundEncoder;
}

/** Maximum age of the transparency page, in milliseconds. */
const TRANSPARENCY_AGE = SECOND;

/** Maximum age of a page of statistics, in milliseconds. */
const STATISTICS_AGE = 10 * SECOND;

const IN_ENGLISH = { "content-language": "en" };

/** A value that depends on the language of the request. */
type Of<T> = Localized<BuiltLanguage, T>;

const ROBOTS = "User-agent: *\nDisallow: /api/\nDisallow: /ws\n";

/** Answers every request that is not an upgrade. */
export class Router {
  readonly #options: RouterOptions;
  #home: { announcements: string; pages: Of<Representations> };
  #rules: { of: HouseRules | undefined; pages: Of<Representations> };
  readonly #privacy: Of<Representations>;
  readonly #contact: Of<Representations>;
  readonly #notFound: Of<Representations>;
  readonly #attachments: StaticFiles;
  readonly #transparency: Of<CachedPage>;
  readonly #statistics: ReadonlyMap<Span, Of<CachedPage>>;
  #languages: Representations | undefined;

  constructor(options: RouterOptions) {
    this.#options = options;
    const { pages, settings, report, health } = options;
    this.#home = { announcements: "", pages: this.#homeWith("") };
    this.#rules = { of: settings.rules, pages: this.#document(rulesPage(settings)) };
    this.#privacy = this.#document(privacyPage(settings));
    this.#contact = this.#document(contactPage(settings));
    this.#notFound = this.#document(NOT_FOUND);
    this.#attachments = new StaticFiles(pages.staticFiles);
    this.#transparency = this.#live(
      TRANSPARENCY_AGE,
      () => transparencyPage(settings, report(), health().failing),
    );
    this.#statistics = new Map(SPANS.map((span) => [span, this.#statisticsOf(span)]));
  }

  answer(request: HttpRequest): HttpResponse {
    if (request.method !== "GET" && request.method !== "HEAD") {
      return textResponse(405, "Method not allowed: use GET or HEAD.\n", { allow: "GET, HEAD" });
    }
    const reply = this.#route(request);
    return request.method === "HEAD" ? { ...reply, body: undefined } : reply;
  }

  #route(request: HttpRequest): HttpResponse {
    const { statistics, report } = this.#options;
    switch (pathOf(request)) {
      case "/":
        return pageResponse(200, this.#homeNow().for(request), request);
      case "/rules":
        return pageResponse(200, this.#rulesNow().for(request), request);
      case "/privacy":
        return pageResponse(200, this.#privacy.for(request), request);
      case "/contact":
        return pageResponse(200, this.#contact.for(request), request);
      case "/transparency":
        return this.#transparency.for(request).answer(request);
      case "/statistics":
        return this.#statistics.get(spanOf(queryOf(request)))!.for(request).answer(request);
      case LANGUAGES_PATH:
        return pageResponse(200, this.#languages ??= this.#allWords(), request);
      case "/api/transparency":
        return jsonResponse(200, report());
      case "/api/statistics.json":
        return statisticsJson(statistics, queryOf(request));
      case "/api/statistics.csv":
        return statisticsCsv(statistics, queryOf(request));
      case "/healthz":
        return this.#health();
      case "/robots.txt":
        return textResponse(200, ROBOTS);
      case "/.well-known/security.txt":
        return textResponse(200, this.#securityTxt(request));
      case "/ws":
        return textResponse(426, "This is a WebSocket endpoint.\n", { upgrade: "websocket" });
      default:
        return this.#attachments.answer(pathOf(request), request) ??
          pageResponse(404, this.#notFound.for(request), request);
    }
  }

  #homeNow(): Of<Representations> {
    const { settings, clock } = this.#options;
    const announcements = announcementsOf(settings, clock.date());
    if (announcements !== this.#home.announcements) {
      this.#home = { announcements, pages: this.#homeWith(announcements) };
    }
    return this.#home.pages;
  }

  #homeWith(announcements: string): Of<Representations> {
    const { home, languages } = this.#options.pages;
    return new Localized(languages, (language) => {
      const page = withAnnouncements(homePage(home, language), announcements);
      const extraHeaders = { ...HOME_HEADERS, "content-language": language.code };
      return represent(page, { encoder: this.#options.encoder, extraHeaders });
    });
  }

  #rulesNow(): Of<Representations> {
    const { settings } = this.#options;
    if (settings.rules !== this.#rules.of) {
      this.#rules = { of: settings.rules, pages: this.#document(rulesPage(settings)) };
    }
    return this.#rules.pages;
  }

  /** The words of the app in every language, for visitors who choose another one. */
  #allWords(): Representations {
    const { pages: { languages }, encoder } = this.#options;
    const words = Object.fromEntries(languages.map(({ code, words }) => [code, words]));
    const extraHeaders = { "content-type": "application/json" };
    return representText(JSON.stringify(words), { encoder, extraHeaders });
  }

  #statisticsOf(span: Span): Of<CachedPage> {
    return this.#live(STATISTICS_AGE, () => statisticsPage(this.#options.statistics, span));
  }

  /** The status is 503 while draining: load balancers must not route to a draining server. */
  #health(): HttpResponse {
    const health = this.#options.health();
    return jsonResponse(health.status === "draining" ? 503 : 200, health);
  }

  #securityTxt({ header }: HttpRequest): string {
    const { settings, clock } = this.#options;
    return securityTxt(settings, header("host"), clock.date());
  }

  #document(content: Content): Of<Representations> {
    const { pages: { document, languages }, encoder } = this.#options;
    return new Localized(
      languages,
      (language) =>
        represent(documentPage(document, content, language), { encoder, extraHeaders: IN_ENGLISH }),
    );
  }

  #live(maxAge: number, content: () => Content): Of<CachedPage> {
    const { pages: { document, languages }, clock } = this.#options;
    return new Localized(languages, (language) =>
      new CachedPage({
        clock,
        maxAge,
        extraHeaders: IN_ENGLISH,
        make: () => documentPage(document, content(), language),
      }));
  }
}
