/**
 * Proves to the type checker that no interface or dictionary of the browser that the page uses has a property with a
 * name that the build shortens. There is nothing to run: `deno check` fails on the last line if there is one.
 */

/// <reference lib="dom" />

import type { OWN_NAMES, PACKAGE_NAMES } from "../../tools/short_names.ts";

type OwnName = (typeof OWN_NAMES | typeof PACKAGE_NAMES)[number];

type Globals = typeof globalThis;

/** The properties of all classes and interfaces of the browser. */
type InterfaceName = {
  [Name in keyof Globals]: Globals[Name] extends { readonly prototype: infer Instance }
    ? KeysOf<Instance>
    : never;
}[keyof Globals];

/** The options that the page passes to the browser, and the values without a class that it receives. */
type DictionaryName = KeysOf<
  | AddEventListenerOptions
  | AesGcmParams
  | AesKeyGenParams
  | BlobPropertyBag
  | EcdhKeyDeriveParams
  | EcKeyGenParams
  | HkdfParams
  | Intl.DateTimeFormatOptions
  | Intl.DisplayNamesOptions
  | Intl.NumberFormatOptions
  | MediaStreamConstraints
  | MediaTrackConstraints
  | MediaTrackSettings
  | NotificationOptions
  | RegistrationOptions
  | RequestInit
  | RTCConfiguration
  | RTCIceCandidateInit
  | RTCIceCandidatePairStats
  | RTCIceServer
  | RTCInboundRtpStreamStats
  | RTCRtpEncodingParameters
  | RTCRtpSendParameters
  | RTCRtpTransceiverInit
  | RTCSessionDescriptionInit
  | TextDecoderOptions
>;

/** The keys that are declared by name. `Storage`, for example, has every string as a key. */
type KeysOf<Union> = Union extends unknown ? keyof {
    [Key in keyof Union as string extends Key ? never : number extends Key ? never : Key]: 0;
  }
  : never;

/** Accepts only a type without values. */
type None<Name extends never> = Name;

export type Conflict = None<Extract<OwnName, InterfaceName | DictionaryName | keyof Globals>>;
