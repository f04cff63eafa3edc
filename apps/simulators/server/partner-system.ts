import type { Call } from './call';
import type { Reply } from './reply';
import type { SystemId } from './systems';

/** One address of one system. A route may serve several operations (the portal's `service`). */
export interface Route {
  readonly method: string;
  /** Below the system's own prefix; a path that ends in `/*` takes exactly one further segment. */
  readonly path: string;
  operationOf(call: Call): string;
  /** Codes of the dossiers that the call concerns, as this system names them: what a fault with `code` matches. */
  codesOf(call: Call): readonly string[];
  /** Refuses a call without a living token; absent on log-ins. */
  authorise?(call: Call): Reply | null;
  handle(call: Call): Reply;
}

/** Names of the failures that every system has a text for. */
export type CommonText = 'internalFailure' | 'tooLarge';

/** How one system words the failures that are the same everywhere (quirks.md §1), in the envelope of the called operation. */
export interface Dialect {
  /** A business failure inside HTTP 200 (Q01, Q21), in the words of the configuration or in the given ones. */
  failure(call: Call, text: CommonText, words?: string): Reply;
  /** Q31, 101 IP_DISALLOWED or its like. */
  blocked(call: Call): Reply;
  /** The answer to a dead token: the ordinary one, or wrapped in HTTP 200 (Q03). */
  deadToken(call: Call, isInOkBody: boolean): Reply;
  /** Ends the life of the token that the call carries. */
  endToken(call: Call): void;
  /** Applies a change to the message fields, and only to them (Q44). */
  rewriteTexts(json: unknown, change: (text: string) => string): unknown;
}

export interface PartnerSystem {
  readonly id: SystemId;
  readonly operations: readonly string[];
  readonly routes: readonly Route[];
  readonly dialect: Dialect;
}
