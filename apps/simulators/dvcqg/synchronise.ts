import type { Call } from '../server/call';
import { fieldsOf, textOf, type Fields } from '../server/fields';
import type { Reply } from '../server/reply';
import type { World } from '../world';
import { checkDossier, fileUrlsOf } from './check-dossier';
import type { FileFetch } from './file-fetch';
import { isStateChangeAllowed, type PortalDossier } from './portal-dossier';
import { portalReply } from './portal-reply';
import type { PortalText } from './texts';

export interface PortalStore {
  readonly dossiers: Map<string, PortalDossier>;
  readonly files: FileFetch;
  readonly world: World;
}

/** A text of the configuration, or the words of the field check. */
type Refusal = { readonly errorCode: number; readonly text: PortalText } | { readonly words: string };

/** `DongBoHoSoMC` (dvcqg.md §2): create with "False", update with "True". All items are judged before one is stored. */
export function synchronise(call: Call, store: PortalStore): Reply {
  const { isUpdating, data } = fieldsOf(call.body);
  if (isUpdating !== 'True' && isUpdating !== 'False') return portalReply(call.faults, -1, 'isUpdating sai giá trị');
  if (!Array.isArray(data) || data.length === 0) return portalReply(call.faults, -1, 'data không được để trống');
  return synchroniseItems(data.map(fieldsOf), isUpdating === 'True', { call, store });
}

function synchroniseItems(items: readonly Fields[], isUpdate: boolean, context: SynchroniseContext): Reply {
  const { faults } = context.call;
  const say = (name: PortalText) => context.store.world.texts.dvcqg.say(name);
  for (const item of items) {
    const refusal = judge(item, isUpdate, context);
    if (refusal === null) continue;
    if ('words' in refusal) return portalReply(faults, -1, refusal.words);
    return portalReply(faults, refusal.errorCode, say(refusal.text));
  }
  for (const item of items) keep(item, isUpdate, context);
  const isToldAsRepeat = !isUpdate && faults.value('repeatIsError') === true;
  return isToldAsRepeat ? portalReply(faults, -3, say('exists')) : portalReply(faults, 0, say('synchronised'));
}

interface SynchroniseContext {
  readonly call: Call;
  readonly store: PortalStore;
}

function judge(item: Fields, isUpdate: boolean, { call, store }: SynchroniseContext): Refusal | null {
  const words = checkDossier(item, call.faults.text('catalogueDrift') ?? null);
  if (words !== null) return { words };
  const known = store.dossiers.get(String(item['MaHoSo']));
  if (isUpdate && known === undefined) return { errorCode: -1, text: 'unknownDossier' };
  if (!isUpdate && known !== undefined && call.faults.value('repeatIsError') !== false)
    return { errorCode: Number(call.faults.text('repeatIsError') ?? -3), text: 'exists' };
  return isStateRefused(item, known, call) ? { errorCode: -1, text: 'invalidState' } : null;
}

function isStateRefused(item: Fields, known: PortalDossier | undefined, call: Call): boolean {
  const state = Number(item['TrangThaiHoSo']);
  const refused = call.faults.value('stateValidation');
  if (Array.isArray(refused) && refused.includes(state)) return true;
  return known !== undefined && !isStateChangeAllowed(known.state, state);
}

function keep(item: Fields, isUpdate: boolean, { call, store }: SynchroniseContext): void {
  const { dossiers, world } = store;
  const code = String(item['MaHoSo']);
  let dossier = dossiers.get(code);
  if (dossier === undefined) {
    const isDraft = call.faults.isOn('twoCallSync');
    dossier = { code, state: 0, dates: datesOf(item), isDraft, progressRows: new Set(), fileUrls: new Set() };
    dossiers.set(code, dossier);
    world.ledger.record('dvcqg', 'dossier', code);
  }
  if (isUpdate) dossier.isDraft = false;
  dossier.dates = datesOf(item);
  // What was only created counts for nothing before its first update (Q38).
  if (dossier.isDraft) return;
  const state = Number(item['TrangThaiHoSo']);
  if (dossier.state !== state) world.ledger.record('dvcqg', 'status', code, state);
  dossier.state = state;
  takeFiles(item, dossier, { call, store });
}

function takeFiles(item: Fields, { code, fileUrls }: PortalDossier, { call, store }: SynchroniseContext): void {
  for (const url of fileUrlsOf(item)) {
    if (fileUrls.has(url)) continue;
    fileUrls.add(url);
    if (call.faults.value('fileUrlDead') === true) store.files.fail(code, 'unreachable');
    else store.files.start(code, url, { patienceMs: patienceOf(call) });
  }
}

/** With `fileUrlDead: slow` the way to the file is so slow that the portal gives up. */
function patienceOf(call: Call): number | undefined {
  const [word, ms] = (call.faults.text('fileUrlDead') ?? '').split(':');
  return word === 'slow' ? Number(ms ?? 1) : undefined;
}

function datesOf(item: Fields): PortalDossier['dates'] {
  return {
    NgayTiepNhan: textOf(item['NgayTiepNhan']) ?? '',
    NgayHenTra: textOf(item['NgayHenTra']) ?? '',
    NgayKetThucXuLy: textOf(item['NgayKetThucXuLy']) ?? '',
    NgayTra: textOf(item['NgayTra']) ?? '',
  };
}
