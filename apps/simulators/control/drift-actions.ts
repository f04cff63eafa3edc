import type { DvcqgSystem } from '../dvcqg/dvcqg-system';
import type { HotichSystem } from '../hotich/hotich-system';
import { FINAL_STATES } from '../onestop/onestop-dossier';
import type { Stranger } from '../onestop/onestop-store';
import type { OnestopSystem } from '../onestop/onestop-system';
import { fieldsOf, isDossierCode } from '../server/fields';
import type { Received } from '../server/http-server';
import { jsonReply, type Reply } from '../server/reply';
import { bodyOf } from './json-body';

interface DriftSubjects {
  readonly hotich: HotichSystem;
  readonly onestop: OnestopSystem;
  readonly dvcqg: DvcqgSystem;
}

const STATES: readonly number[] = [1, 2, 4, 5, 6, 9, ...FINAL_STATES];

/** Fields of a stranger: what each may be, and the same in words. */
const FORMS: readonly (readonly [string, (value: unknown) => boolean, string])[] = [
  ['code', isDossierCode, 'a DVCLT code'],
  ['module', (value) => value === 'KS' || value === 'KT', 'KS or KT'],
  ['unit', (value) => typeof value === 'string' && /^\d{5}$/.test(value), 'five digits'],
  ['state', (value) => STATES.some((state) => state === value), `one of ${STATES.join(', ')}`],
];

/** What makes a system's books differ from the gateway's without a call: it loses a dossier, or gets one another way. */
export function driftActions(subjects: DriftSubjects): Readonly<Record<string, (received: Received) => Reply>> {
  return {
    'POST /_sim/forget': ({ url }) => forget(url.searchParams.get('system'), url.searchParams.get('code'), subjects),
    'POST /_sim/strangers': (received) => admit(bodyOf(received), subjects.onestop),
  };
}

/** All dossiers only at the portal: what the others hold is what their scripted people work on. DVCLT is where dossiers come from. */
function forget(system: string | null, code: string | null, { hotich, onestop, dvcqg }: DriftSubjects): Reply {
  if (system === 'dvcqg' && code === null) {
    dvcqg.forgetAll();
    return { status: 204 };
  }
  const books = { hotich, onestop, dvcqg };
  if (code === null || system === null || !Object.hasOwn(books, system))
    return jsonReply(400, { title: 'system: dvcqg; with a code also hotich, onestop' });
  const hadIt = books[system as keyof typeof books].forget(code);
  return hadIt ? { status: 204 } : jsonReply(404, { title: `${system} has no dossier with this code` });
}

function admit(body: unknown, onestop: OnestopSystem): Reply {
  const given = { module: 'KS', unit: '00123', state: 1, ...fieldsOf(body) };
  const wrong = FORMS.find(([name, isRight]) => !isRight(given[name as keyof typeof given]));
  if (wrong !== undefined) return jsonReply(400, { title: `${wrong[0]}: ${wrong[2]}` });
  const { code: dvcltCode, module, unit, state } = given as Record<string, unknown>;
  const oneStopCode = onestop.admit({ dvcltCode, module, unit, state } as Stranger);
  return oneStopCode === null
    ? jsonReply(409, { title: 'the one-stop has a dossier with this code' })
    : jsonReply(201, { oneStopCode });
}
