import type { SyncLogKind } from '../kinds';
import { ACCESS_FACTS, OPERATION_FACTS, PRIVACY_FACTS } from './access-facts';
import { DELIVERY_FACTS } from './delivery-facts';
import { INTAKE_FACTS } from './intake-facts';
import type { KindFacts } from './kind-facts';
import { RECONCILIATION_FACTS } from './reconciliation-facts';
import { REPLAY_FACTS } from './replay-facts';

/** A part of the reference, and the kinds in it. */
export interface KindSection {
  title: string;
  facts: Readonly<Record<string, KindFacts>>;
}

export const KIND_SECTIONS: readonly KindSection[] = [
  { title: 'What came in', facts: INTAKE_FACTS },
  { title: 'What was sent, and held', facts: DELIVERY_FACTS },
  { title: 'Replays', facts: REPLAY_FACTS },
  { title: 'Reconciliation', facts: RECONCILIATION_FACTS },
  { title: 'Personal data', facts: PRIVACY_FACTS },
  { title: 'Accounts, machines and keys', facts: ACCESS_FACTS },
  { title: 'Configuration and this log', facts: OPERATION_FACTS },
];

/** Every kind of entry, for who reads the log. A new kind needs its facts here: the compiler asks for them. */
export const KIND_FACTS: Readonly<Record<SyncLogKind, KindFacts>> = {
  ...INTAKE_FACTS,
  ...DELIVERY_FACTS,
  ...REPLAY_FACTS,
  ...RECONCILIATION_FACTS,
  ...PRIVACY_FACTS,
  ...ACCESS_FACTS,
  ...OPERATION_FACTS,
};

const ALWAYS: ReadonlySet<string> = new Set(['v', 'id', 'at', 'kind', 'actor', 'detail']);

/** What an entry holds that the reference does not tell of its kind: `member`, or `detail.name`.
 *  @param entry as it was read from the log */
export function undescribed(entry: Readonly<Record<string, unknown>>): string[] {
  const facts = (KIND_FACTS as Readonly<Record<string, KindFacts | undefined>>)[String(entry.kind)];
  if (facts === undefined) return ['kind'];
  const [members, names] = [new Set<string>(facts.members), new Set<string>(facts.detail)];
  return [
    ...Object.keys(entry).filter((member) => !ALWAYS.has(member) && !members.has(member)),
    ...Object.keys(entry.detail ?? {})
      .filter((name) => !names.has(name))
      .map((name) => `detail.${name}`),
  ];
}
