/** Error codes of the TURN server (RFC 8489 section 14.8, RFC 8656 section 19). */

/** Why a request was refused. */
export const TurnError = {
  badRequest: 400,
  /** A request without valid credentials. Only this answer and `staleNonce` are not signed. */
  unauthorized: 401,
  /** The chat has ended, the address is refused, or a peer address is not the virtual one. */
  forbidden: 403,
  unknownAttribute: 420,
  allocationMismatch: 437,
  staleNonce: 438,
  familyNotSupported: 440,
  wrongCredentials: 441,
  unsupportedTransport: 442,
  quotaReached: 486,
  insufficientCapacity: 508,
} as const;
export type TurnError = (typeof TurnError)[keyof typeof TurnError];
