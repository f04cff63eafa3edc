import type { Call } from '../server/call';
import { fieldsOf, textOf, type Fields } from '../server/fields';
import type { Reply } from '../server/reply';
import type { World } from '../world';
import { checkDossier, fileUrlsOf } from './check-dossier';
import type { FileFetch } from './file-fetch';
import { isStateChangeAllowed, type PortalDossier } from './portal-dossier';
import { portalReply } from './portal-reply';
import { PORTAL_TEXTS } from './texts';

export interface PortalStore {
  readonly dossiers: Map<string, PortalDossier>;
  readonly files: FileFetch;
  readonly world: World;
}

type Refusal = readonly [errorCode: number, message: string];

/** `DongBoHoSoMC` (dvcqg.md §2): create with "False", update with "True". All items are judged before one is stored. */
export function synchronise(call: Call, store: PortalStore): Reply {
  const { isUpdating, data } = fieldsOf(call.body);
  if (isUpdating !== 'True' && isUpdating !== 'False') return portalReply(call.faults, -1, 'isUpdating sai giá trị');
  if (!Array.isArray(data) || data.length === 0) return portalReply(call.faults, -1, 'data không được để trống');
  const items = data.map(fieldsOf);
  for (const item of items) {
    const refusal = judge(item, isUpdating === 'True', { call, store });
    if (refusal !== null) return portalReply(call.faults, ...refusal);
  }
  for (const item of items) keep(item, call, store);
  const isToldAsRepeat = isUpdating === 'False' && call.faults.value('repeatIsError') === true;
  return isToldAsRepeat
    ? portalReply(call.faults, -3, PORTAL_TEXTS.exists)
    : portalReply(call.faults, 0, PORTAL_TEXTS.synchronised);
}

function judge(item: Fields, isUpdate: boolean, { call, store }: { call: Call; store: PortalStore }): Refusal | null {
  const complaint = checkDossier(item);
  if (complaint !== null) return [-1, complaint];
  const known = store.dossiers.get(String(item['MaHoSo']));
  if (isUpdate && known === undefined) return [-1, PORTAL_TEXTS.unknownDossier];
  if (!isUpdate && known !== undefined && call.faults.value('repeatIsError') !== false)
    return [-3, PORTAL_TEXTS.exists];
  return isStateRefused(item, known, call) ? [-1, PORTAL_TEXTS.invalidState] : null;
}

function isStateRefused(item: Fields, known: PortalDossier | undefined, call: Call): boolean {
  const state = Number(item['TrangThaiHoSo']);
  const refused = call.faults.value('stateValidation');
  if (Array.isArray(refused) && refused.includes(state)) return true;
  return known !== undefined && !isStateChangeAllowed(known.state, state);
}

function keep(item: Fields, call: Call, { dossiers, files, world }: PortalStore): void {
  const code = String(item['MaHoSo']);
  let dossier = dossiers.get(code);
  if (dossier === undefined) {
    dossier = { code, state: 0, dates: datesOf(item), progressRows: new Set(), fileUrls: new Set() };
    dossiers.set(code, dossier);
    world.ledger.record('dvcqg', 'dossier', code);
  }
  const state = Number(item['TrangThaiHoSo']);
  if (dossier.state !== state) world.ledger.record('dvcqg', 'status', code, state);
  dossier.state = state;
  dossier.dates = datesOf(item);
  for (const url of fileUrlsOf(item)) {
    if (dossier.fileUrls.has(url)) continue;
    dossier.fileUrls.add(url);
    if (call.faults.isOn('fileUrlDead')) files.fail(code, 'unreachable');
    else files.start(code, url);
  }
}

function datesOf(item: Fields): PortalDossier['dates'] {
  return {
    NgayTiepNhan: textOf(item['NgayTiepNhan']) ?? '',
    NgayHenTra: textOf(item['NgayHenTra']) ?? '',
    NgayKetThucXuLy: textOf(item['NgayKetThucXuLy']) ?? '',
    NgayTra: textOf(item['NgayTra']) ?? '',
  };
}
