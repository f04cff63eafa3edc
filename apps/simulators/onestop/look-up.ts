import type { Call } from '../server/call';
import { readSlashDate, readSlashDateTime, slashDateTime } from '../server/date-formats';
import { fieldsOf, type Fields } from '../server/fields';
import type { TextBook } from '../server/text-book';
import { withDateVariant } from '../variants/date-variant';
import type { Reply } from '../server/reply';
import type { OnestopDossier } from './onestop-dossier';
import { onestopFailure, onestopSuccess } from './onestop-reply';
import type { OnestopStore } from './onestop-store';
import type { OnestopText } from './texts';

const MAX_CODES = 50;
const MAX_PAGE = 200;
const DAY_MS = 86_400_000;

/** `traCuuHoSo` in both forms (CONTRACTS §1.1): by codes (either name), or by time of the last change, paged from 1. */
export function lookUp(call: Call, desk: LookUpDesk): Reply {
  const body = fieldsOf(call.body);
  return body['maHoSo'] === undefined ? byPeriod(body, call, desk) : byCodes(body['maHoSo'], call, desk);
}

export interface LookUpDesk {
  readonly store: OnestopStore;
  readonly texts: TextBook<OnestopText>;
}

function byCodes(codes: unknown, call: Call, { store, texts }: LookUpDesk): Reply {
  if (!Array.isArray(codes) || codes.length > MAX_CODES) return onestopFailure(`maHoSo tối đa ${MAX_CODES} mã`);
  const found = codes.map((code) => store.find(code)).filter((dossier) => dossier !== undefined);
  return onestopSuccess(texts.say('found'), { tongSo: found.length, duLieu: rowsOf(found, call) });
}

function byPeriod(body: Fields, call: Call, { store, texts }: LookUpDesk): Reply {
  const from = readSlashDateTime(String(body['tuNgay'])) ?? readSlashDate(String(body['tuNgay']));
  const to = readSlashDateTime(String(body['denNgay'])) ?? endOfDay(String(body['denNgay']));
  const [page, size] = [Number(body['trang'] ?? 1), Number(body['soLuong'] ?? MAX_PAGE)];
  if (from === null || to === null) return onestopFailure('tuNgay, denNgay sai định dạng');
  if (!(page >= 1) || !(size >= 1 && size <= MAX_PAGE)) return onestopFailure(`soLuong tối đa ${MAX_PAGE}`);
  const found = [...store.all()].filter(({ changedAtMs }) => changedAtMs >= from && changedAtMs <= to);
  const rows = rowsOf(found.slice((page - 1) * size, page * size), call);
  return onestopSuccess(texts.say('found'), { tongSo: found.length, duLieu: rows });
}

function endOfDay(text: string): number | null {
  const start = readSlashDate(text);
  return start === null ? null : start + DAY_MS - 1;
}

function rowsOf(dossiers: readonly OnestopDossier[], call: Call): object[] {
  return dossiers.map((dossier) =>
    withDateVariant(
      {
        maHoSoLT: dossier.dvcltCode,
        maHoSoMCDT: dossier.oneStopCode,
        trangThai: dossier.state,
        thoiGianCapNhat: slashDateTime(dossier.changedAtMs),
      },
      call.faults,
    ),
  );
}
