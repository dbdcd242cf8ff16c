/** The settings of a server under the default options. */

import { DAY, HOUR } from "../../server/base/clock.ts";
import type { PublicSettings } from "../../server/config/public_settings.ts";

export const SETTINGS: PublicSettings = {
  operator: "",
  contactEmail: "",
  announcement: "",
  accessLog: "full",
  addressRetention: HOUR,
  accessLogRetention: 30 * DAY,
  relaysCalls: false,
  isShared: false,
  platform: "",
  version: "1.2.3",
  build: "0123456789ab of 2026-05-05",
  fingerprints: { en: "e".repeat(64), ar: "a".repeat(64) },
};
